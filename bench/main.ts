// `npm run bench`: every contender against the same sink, on the same machine, in the same run, taking turns.
// A run that did not hand over every letter ends the benchmark: there is no figure for work not done.
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../tests/support/eventually.ts';
import { noticesOf, readArguments, type BenchArguments } from './arguments.ts';
import { readBenchLetter, sender, type BenchLetter } from './bench-letter.ts';
import { writeRecipients } from './bench-recipients.ts';
import { partsOf, type Part, type Profile } from './cpu-parts.ts';
import { goalsOf, goalsTable, type Results } from './goals.ts';
import { measureGrowth, measureLatency } from './growth.ts';
import { currentLoad, describeMachine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { nameSources } from './name-sources.ts';
import { whyNoPostfix } from './postfix.ts';
import {
  contenders,
  growthTable,
  intakeTable,
  latencyTable,
  partsTable,
  spaceTable,
  speedTable,
  type Contender,
} from './report.ts';
import { runCandor, type CandorRun } from './run-candor.ts';
import { hasCeiling, runCeiling } from './run-ceiling.ts';
import { readers, rowsPerSecond, writeRealisticFile } from './run-intake.ts';
import { letterCost } from './run-letters.ts';
import { runPostfix } from './run-postfix.ts';
import { runScriptContender } from './run-script.ts';
import { startSink, type Sink } from './sink.ts';
import { repository } from './start-program.ts';

const roundTripMs = 50;

// What was started ends with this process, however it ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
// The compiler leaves SQL behind.
cpSync(join(repository, 'src/ledger/migrations'), join(import.meta.dirname, '../src/ledger/migrations'), {
  recursive: true,
});
const folder = mkdtempSync(join(tmpdir(), 'candor-bench-'));
// Root's embedded Postgres runs as another user, who has to reach it.
chmodSync(folder, 0o755);
try {
  const words = process.argv.slice(2);
  await bench(readArguments(words), words);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bench(options: BenchArguments, words: readonly string[]): Promise<void> {
  const load = currentLoad();
  const letter = await readBenchLetter(repository);
  const sink = await startSink(folder);
  try {
    const measured = await measureSending(options, letter, sink);
    const rates = await measureIntake(options);
    const compiledFile = join(folder, 'compiled.json');
    writeFileSync(compiledFile, JSON.stringify(letter.compiled));
    const cost = await letterCost(compiledFile, sender);
    const profiled = await profile(options, sink);
    const growing = { sink, connections: options.connections, newFolder, say };
    const growth = await measureGrowth(options.growth, growing);
    const latency =
      options.growth.length === 0
        ? null
        : await measureLatency(
            {
              notices: options.latencyNotices,
              rounds: options.rounds,
              roundTripMs,
              hasCeiling: hasCeiling(),
              messageBytes: letter.messageBytes,
            },
            growing,
          );
    const results: Results = { measured, rates, letter: cost, growth, latency };
    const missing = whyNoPostfix();
    const report = [
      `Command: \`npm run bench${words.length === 0 ? '' : ` -- ${words.join(' ')}`}\`. ${options.rounds} rounds of ${count(options.notices)} notices${exceptions(options)}, letters of ${count(letter.messageBytes)} bytes, ${options.connections} connections, relay: ${sink.name}.`,
      `Machine: ${describeMachine(load)}`,
      '### Against the goals',
      goalsTable(goalsOf(results)),
      '### Sending',
      speedTable(measured),
      ...(missing === null ? [] : [`Postfix as a durable relay is missing: ${missing}.`]),
      spaceTable(measured),
      '### The sending thread',
      `One more run on Redis, of ${count(options.notices)} notices, under V8’s profiler, which costs some speed. A letter alone, written and not sent: ${cost.known.toFixed(1)} µs, ${cost.anew.toFixed(0)} µs with a body made anew.`,
      partsTable(profiled, options.notices),
      '### Intake',
      `A file of ${count(options.rows)} rows, 0.5 % of them invalid, read from disk:`,
      intakeTable(rates),
      ...(growth.length === 0
        ? []
        : [
            '### Growth',
            'One `candor worker`, queue on Redis, embedded ledger; the campaign is launched beside it. Then the same by `candor send`, and by `candor serve`, which do all of it in one process:',
            growthTable(growth),
          ]),
      ...(latency === null
        ? []
        : [
            `### A relay ${roundTripMs} ms away`,
            `${count(options.latencyNotices)} letters (\`smtp-source\`: a third), through a process that hands bytes on ${roundTripMs / 2} ms later each way:`,
            latencyTable(latency),
          ]),
    ].join('\n\n');
    process.stdout.write(`\n${report}\n`);
    if (options.write) writeFigures(report);
  } finally {
    await sink.stop();
  }
}

async function measureSending(
  options: BenchArguments,
  letter: BenchLetter,
  sink: Sink,
): Promise<Map<Contender, Measurement[]>> {
  const letterFile = join(folder, 'letter.json');
  writeFileSync(letterFile, JSON.stringify(letter));
  const keyFile = join(folder, 'dkim.pem');
  writeFileSync(
    keyFile,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  const files = new Map<number, string>();
  const load = (contender: Contender): { notices: number; recipients: string } => {
    const notices = noticesOf(contender, options.notices);
    const recipients = files.get(notices) ?? writeRecipients(join(folder, `recipients-${notices}.csv`), notices);
    files.set(notices, recipients);
    return { notices, recipients };
  };
  const script = { letterFile, port: sink.port, connections: options.connections, from: sender, keyFile };
  const candor = (
    contender: Contender,
    round: number,
    run: Pick<CandorRun, 'queue' | 'keyFile'>,
  ): Promise<Measurement> =>
    runCandor({
      ...load(contender),
      host: sink.host,
      port: sink.port,
      connections: options.connections,
      folder: newFolder(`${contender}-${round}`),
      ...run,
    });
  const run: Record<Contender, (round: number) => Promise<Measurement>> = {
    'smtp-source': () =>
      runCeiling({
        notices: options.notices,
        host: sink.host,
        port: sink.port,
        messageBytes: letter.messageBytes,
        sessions: options.connections,
      }),
    naive: () => runScriptContender({ ...script, ...load('naive'), name: 'naive' }),
    careful: () => runScriptContender({ ...script, ...load('careful'), name: 'careful' }),
    'careful-dkim': () => runScriptContender({ ...script, ...load('careful-dkim'), name: 'careful-dkim' }),
    postfix: (round) =>
      runPostfix({
        notices: noticesOf('postfix', options.notices),
        messageBytes: letter.messageBytes,
        sessions: options.connections,
        folder: newFolder(`postfix-${round}`),
        sink,
      }),
    'candor-redis': (round) => candor('candor-redis', round, { queue: 'redis' }),
    'candor-postgres': (round) => candor('candor-postgres', round, { queue: 'postgres' }),
    'candor-dkim': (round) => candor('candor-dkim', round, { queue: 'redis', keyFile }),
  };
  const taking = contenders.filter(
    (contender) =>
      (contender !== 'smtp-source' || hasCeiling()) && (contender !== 'postfix' || whyNoPostfix() === null),
  );
  const measured = new Map<Contender, Measurement[]>(taking.map((contender) => [contender, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    // Each round begins with another contender, so that none always follows the same one.
    for (const contender of [...taking.slice(round % taking.length), ...taking.slice(0, round % taking.length)]) {
      const before = sink.taken();
      const measurement = await run[contender](round);
      await eventually(
        () =>
          sink.taken() - before === measurement.notices ||
          Promise.reject(
            new Error(`the sink took ${sink.taken() - before} letters of ${contender}'s ${measurement.notices}`),
          ),
      );
      measured.get(contender)?.push(measurement);
      say(`round ${round + 1}: ${contender.padEnd(16)} ${count(measurement.notices / measurement.sendingSeconds)}/s`);
    }
  }
  return measured;
}

async function measureIntake(options: BenchArguments): Promise<Map<string, number[]>> {
  const path = await writeRealisticFile(join(folder, 'realistic.csv'), options.rows);
  const rates = new Map<string, number[]>(readers.map((reader) => [reader, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const reader of readers) {
      const rate = await rowsPerSecond(reader, path, options.rows, newFolder(`intake-${reader}-${round}`));
      rates.get(reader)?.push(rate);
      say(`round ${round + 1}: ${reader.padEnd(18)} ${count(rate)} rows/s`);
    }
  }
  return rates;
}

/** Where the sending thread's time goes, in milliseconds of a run of its own. */
async function profile(options: BenchArguments, sink: Sink): Promise<Map<Part, number>> {
  const profileInto = newFolder('profile');
  const recipients = writeRecipients(join(folder, 'profiled.csv'), options.notices);
  await runCandor({
    notices: options.notices,
    recipients,
    host: sink.host,
    port: sink.port,
    connections: options.connections,
    queue: 'redis',
    folder: newFolder('profiled'),
    profileInto,
  });
  const name = readdirSync(profileInto).find((each) => each.endsWith('.cpuprofile'));
  if (name === undefined) throw new Error('the run left no profile');
  return partsOf(nameSources(JSON.parse(readFileSync(join(profileInto, name), 'utf8')) as Profile));
}

/** Who hands over fewer letters. */
function exceptions(options: BenchArguments): string {
  const fewer = contenders.filter((contender) => noticesOf(contender, options.notices) !== options.notices);
  return fewer.length === 0
    ? ''
    : ` (${fewer.map((contender) => `${contender}: ${count(noticesOf(contender, options.notices))}`).join(', ')})`;
}

/** Replaces what stands between the two marks of docs/BENCHMARKS.md. */
function writeFigures(report: string): void {
  const path = join(repository, 'docs/BENCHMARKS.md');
  const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];
  const [before = '', rest = ''] = readFileSync(path, 'utf8').split(begin);
  const [, after = ''] = rest.split(end);
  if (after === '') throw new Error(`docs/BENCHMARKS.md has no ${begin} and ${end}`);
  writeFileSync(path, `${before}${begin}\n${report}\n${end}${after}`);
}

function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { mode: 0o755 });
  return path;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
