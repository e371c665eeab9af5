// `npm run bench`: every contender against the same sink, on the same machine, in the same run, taking turns.
// A run that did not hand over every letter ends the benchmark: there is no figure for work not done.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../tests/support/eventually.ts';
import { naiveNotices, readArguments, type BenchArguments } from './arguments.ts';
import { readBenchLetter, sender, type BenchLetter } from './bench-letter.ts';
import { writeRecipients } from './bench-recipients.ts';
import { currentLoad, describeMachine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { contenders, intakeTable, spaceTable, speedTable, type Contender } from './report.ts';
import { runCandor } from './run-candor.ts';
import { hasCeiling, runCeiling } from './run-ceiling.ts';
import { readers, rowsPerSecond, writeRealisticFile } from './run-intake.ts';
import { runScriptContender } from './run-script.ts';
import { startSink, type Sink } from './sink.ts';
import { repository } from './start-program.ts';

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
    const report = [
      `Command: \`npm run bench${words.length === 0 ? '' : ` -- ${words.join(' ')}`}\`. ${options.rounds} rounds of ${count(options.notices)} notices (naive script: ${count(naiveNotices(options.notices))}), letters of ${count(letter.messageBytes)} bytes, ${options.connections} connections, relay: ${sink.name}.`,
      `Machine: ${describeMachine(load)}`,
      speedTable(measured),
      spaceTable(measured),
      `A file of ${count(options.rows)} rows, 0.5 % of them invalid, read from disk:`,
      intakeTable(rates),
    ].join('\n\n');
    process.stdout.write(`\n${report}\n`);
    if (options.write) writeFigures(report);
  } finally {
    await sink.stop();
  }
}

async function measureSending(options: BenchArguments, letter: BenchLetter, sink: Sink): Promise<Map<Contender, Measurement[]>> {
  const letterFile = join(folder, 'letter.json');
  writeFileSync(letterFile, JSON.stringify(letter));
  const recipients = writeRecipients(join(folder, 'recipients.csv'), options.notices);
  const few = writeRecipients(join(folder, 'few.csv'), naiveNotices(options.notices));
  const script = { letterFile, port: sink.port, connections: options.connections, from: sender };
  const candor = { notices: options.notices, recipients, host: sink.host, port: sink.port, connections: options.connections };
  const run: Record<Contender, (round: number) => Promise<Measurement>> = {
    'smtp-source': () => runCeiling({ ...candor, messageBytes: letter.messageBytes, sessions: options.connections }),
    naive: () => runScriptContender({ ...script, name: 'naive', recipients: few, notices: naiveNotices(options.notices) }),
    careful: () => runScriptContender({ ...script, name: 'careful', recipients, notices: options.notices }),
    'candor-redis': (round) => runCandor({ ...candor, queue: 'redis', folder: newFolder(`redis-${round}`) }),
    'candor-postgres': (round) => runCandor({ ...candor, queue: 'postgres', folder: newFolder(`postgres-${round}`) }),
  };
  const taking = contenders.filter((contender) => contender !== 'smtp-source' || hasCeiling());
  const measured = new Map<Contender, Measurement[]>(taking.map((contender) => [contender, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    // Each round begins with another contender, so that none always follows the same one.
    for (const contender of [...taking.slice(round % taking.length), ...taking.slice(0, round % taking.length)]) {
      const before = sink.taken();
      const measurement = await run[contender](round);
      await eventually(() => sink.taken() - before === measurement.notices || Promise.reject(new Error(`the sink took ${sink.taken() - before} letters of ${contender}'s ${measurement.notices}`)));
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
      const rate = await rowsPerSecond(reader, path, options.rows);
      rates.get(reader)?.push(rate);
      say(`round ${round + 1}: ${reader.padEnd(18)} ${count(rate)} rows/s`);
    }
  }
  return rates;
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
