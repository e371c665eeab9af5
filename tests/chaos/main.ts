// `npm run chaos`: one chaos run, soak, drill or held rate, and its table. Exit code 1 when something is not 0 that must be.
import type { Findings } from './audit.ts';
import { breaches, conductChaos, isSpotless } from './conduct.ts';
import { holdDrill } from './drill.ts';
import { holdRate } from './held-rate.ts';
import { chaosUsage, readChaosOptions, type ChaosOptions } from './options.ts';
import { soak } from './soak.ts';
import { tryTroubles } from './troubles.ts';
import { renderDrill, renderHeldRate, renderSoak, renderTable } from './table.ts';

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  console.log(chaosUsage);
  process.exit(0);
}
const options = understood(words);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

function understood(given: readonly string[]): ChaosOptions {
  try {
    return readChaosOptions(given, Math.floor(Math.random() * 1_000_000));
  } catch (error) {
    console.error(`chaos: ${(error as Error).message}\n\n${chaosUsage}`);
    process.exit(2);
  }
}

function judge(
  table: readonly string[],
  report: { readonly findings: Findings; readonly troubles: readonly string[] },
): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(table.join('\n'));
  if (isSpotless(report)) return;
  console.error(
    `chaos: broken with seed ${options.seed}: ${[...breaches(report.findings), ...report.troubles].join(', ')}`,
  );
  process.exitCode = 1;
}

if (options.troubles) {
  console.error(`troubles: ${options.notices} notices, ${options.rounds} rounds`);
  const { rows, breaches: over } = await tryTroubles(options, (line) => console.error(line));
  for (const [name = '', seconds = '', ratio = ''] of rows)
    console.log(`${name.padEnd(36)}${seconds.padStart(9)}${ratio.padStart(26)}`);
  if (over.length > 0) {
    console.error(`chaos: more than is allowed: ${over.join(', ')}`);
    process.exitCode = 1;
  }
} else if (options.soak) {
  console.error(`soak: ${options.notices} notices`);
  const report = await soak(options, (line) => console.error(line), interrupted.signal);
  judge(renderSoak(report), report);
} else if (options.heldRate !== null) {
  console.error(`rate: ${options.heldRate} a second, in parts of ${options.partSeconds} s`);
  const report = await holdRate(options, options.heldRate, interrupted.signal);
  judge(renderHeldRate(report, options.heldRate, options), report);
} else if (options.drill !== null) {
  console.error(`drill: ${options.drill} for ${options.outageSeconds} s`);
  const report = await holdDrill(options, interrupted.signal);
  judge(renderDrill(report, options), report);
} else {
  console.error(
    `chaos: seed ${options.seed}, queue on ${options.queue}, ledger ${options.ledger}, ${options.notices} notices`,
  );
  const say = (line: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  };
  const report = await conductChaos(options, say, interrupted.signal);
  judge(renderTable(report, options), report);
}
