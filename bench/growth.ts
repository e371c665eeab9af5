// What becomes of the cost of a notice as campaigns grow, and what a second process brings where latency is the limit.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '../tests/support/eventually.ts';
import { freePort } from '../tests/support/redis.ts';
import { writeRecipients } from './bench-recipients.ts';
import { runCandor } from './run-candor.ts';
import { runCeiling } from './run-ceiling.ts';
import { runServe } from './run-serve.ts';
import { runWorkers, type WorkersMeasurement } from './run-workers.ts';
import { greets, type Sink } from './sink.ts';

export interface GrowthOptions {
  readonly sink: Sink;
  readonly connections: number;
  /** Answers a new and empty folder. */
  readonly newFolder: (name: string) => string;
  readonly say: (line: string) => void;
}

/** One size of campaign, launched in each way there is. */
export interface GrowthMeasurement extends WorkersMeasurement {
  /** Of a `candor send` that imports and sends by itself. */
  readonly sendPeakMb: number;
  /** Of a `candor serve` that takes the upload, imports and sends; a sign-in is within. */
  readonly servePeakMb: number;
}

/** Campaigns of these sizes on Redis: by one worker with the launch beside it, by `send` alone, by `serve` alone. */
export async function measureGrowth(sizes: readonly number[], options: GrowthOptions): Promise<GrowthMeasurement[]> {
  const measured: GrowthMeasurement[] = [];
  for (const notices of sizes) {
    const recipients = writeRecipients(`${options.newFolder(`growth-${notices}`)}/recipients.csv`, notices);
    const { host, port } = options.sink;
    const run = (way: string) =>
      ({
        notices,
        recipients,
        folder: options.newFolder(`growth-${notices}-${way}`),
        host,
        port,
        queue: 'redis',
        connections: options.connections,
      }) as const;
    const one = await runWorkers({ ...run('worker'), workers: 1 });
    const sendPeakMb = (await runCandor(run('send'))).peakMb;
    const servePeakMb = await runServe(run('serve'));
    options.say(
      `growth: ${notices} notices, ${Math.round(notices / one.sendingSeconds)}/s, worker ${(one.workerCpuMs / notices).toFixed(3)} ms/notice; peaks in MB: worker ${Math.round(one.workerPeakMb)}, launch ${Math.round(one.launchPeakMb)}, send ${Math.round(sendPeakMb)}, serve ${Math.round(servePeakMb)}`,
    );
    measured.push({ ...one, sendPeakMb, servePeakMb });
  }
  return measured;
}

export interface LatencyFigures {
  /** Letters per second, of each round. */
  readonly one: number[];
  readonly two: number[];
  readonly source10: number[];
  readonly source20: number[];
}

/** One and two workers of ten connections against a relay that is `roundTripMs` away, and smtp-source with as many. */
export async function measureLatency(
  run: { notices: number; rounds: number; roundTripMs: number; hasCeiling: boolean; messageBytes: number },
  options: GrowthOptions,
): Promise<LatencyFigures> {
  const port = await freePort();
  const host = '127.0.0.1';
  const relay = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('delayed-relay.js', import.meta.url)),
      String(port),
      String(options.sink.port),
      String(run.roundTripMs),
    ],
    { stdio: 'ignore' },
  );
  const gone = new Promise<void>((resolve) => relay.once('exit', () => resolve()));
  const figures: LatencyFigures = { one: [], two: [], source10: [], source20: [] };
  try {
    await eventually(() => greets(host, port), { timeoutMs: 10_000 });
    for (let round = 0; round < run.rounds; round += 1) {
      for (const workers of [1, 2]) {
        const folder = options.newFolder(`latency-${round}-${workers}`);
        const recipients = writeRecipients(`${folder}/recipients.csv`, run.notices);
        const { sendingSeconds } = await runWorkers({
          notices: run.notices,
          recipients,
          folder,
          host,
          port,
          workers,
          queue: 'redis',
          connections: 10,
        });
        figures[workers === 1 ? 'one' : 'two'].push(run.notices / sendingSeconds);
      }
      for (const sessions of run.hasCeiling ? [10, 20] : []) {
        const letters = Math.ceil(run.notices / 3);
        const { sendingSeconds } = await runCeiling({
          notices: letters,
          messageBytes: run.messageBytes,
          sessions,
          host,
          port,
        });
        figures[sessions === 10 ? 'source10' : 'source20'].push(letters / sendingSeconds);
      }
      options.say(
        `latency, round ${round + 1}: ${Object.entries(figures)
          .map(([name, values]) => `${name} ${Math.round((values as number[]).at(-1) ?? 0)}/s`)
          .join(', ')}`,
      );
    }
    return figures;
  } finally {
    relay.kill('SIGTERM');
    await gone;
  }
}
