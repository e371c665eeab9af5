// `npm run chaos`: one chaos run and its table. Exit code 1 when something is not 0 that must be.
import { breaches, conductChaos, isSpotless } from './conduct.ts';
import { readChaosOptions } from './options.ts';
import { renderTable } from './table.ts';

const options = readChaosOptions(process.argv.slice(2), Math.floor(Math.random() * 1_000_000));
console.error(`chaos: seed ${options.seed}, queue on ${options.queue}, ${options.notices} notices`);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
const say = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
};
const report = await conductChaos(options, say, interrupted.signal);
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
console.log(renderTable(report, options).join('\n'));
if (!isSpotless(report)) {
  console.error(`chaos: broken with seed ${options.seed}: ${[...breaches(report.findings), ...report.troubles].join(', ')}`);
  process.exitCode = 1;
}
