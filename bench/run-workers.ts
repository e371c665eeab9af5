// Runs `candor worker`, one or several, on a campaign that `candor send --detach` launches beside them: what the
// work itself costs, without the start of a process and without the import.
import { eventually } from '../tests/support/eventually.ts';
import { kitName } from './bench-letter.ts';
import {
  askOnce,
  attach,
  install,
  lookAtLedger,
  postmasterOf,
  readStatus,
  type InstallationOptions,
} from './installation.ts';
import { watchProcess, watchTree } from './process-usage.ts';
import { startProgram } from './start-program.ts';

export interface WorkersRun extends InstallationOptions {
  readonly notices: number;
  readonly recipients: string;
  readonly workers: number;
}

export interface WorkersMeasurement {
  readonly notices: number;
  /** From the first MAIL FROM to the last settlement. */
  readonly sendingSeconds: number;
  /** CPU time of all workers together, from the moment they were ready. */
  readonly workerCpuMs: number;
  /** Of the largest worker. */
  readonly workerPeakMb: number;
  /** Of the process that imported and launched. */
  readonly launchPeakMb: number;
  readonly launchSeconds: number;
  /** Import included. */
  readonly databaseCpuMs: number;
  readonly redisPeakMb: number | null;
  readonly ledgerBytesPerNotice: number;
  /** How long the ledger takes to say what `candor status` shows. */
  readonly statusMs: number;
}

/** Runs them and measures. Throws when not every notice was accepted. */
export async function runWorkers(run: WorkersRun): Promise<WorkersMeasurement> {
  const installation = await install(run);
  const { env, dataDir } = installation;
  // The first one makes the ledger; the others find it.
  const first = startProgram(['worker'], env);
  const workers = [first];
  try {
    const ledger = await attach(dataDir);
    while (workers.length < run.workers) workers.push(startProgram(['worker'], env));
    await eventually(
      () =>
        leases(ledger).then((count) => count === run.workers || Promise.reject(new Error('the workers are not ready'))),
      { timeoutMs: 60_000 },
    );
    const watches = workers.map((worker) => watchProcess(worker.pid));
    const database = watchTree(postmasterOf(dataDir));
    const startedAt = performance.now();
    const launch = startProgram(['send', run.recipients, '--kit', kitName, '--yes', '--detach', '--json'], env);
    const launching = watchProcess(launch.pid);
    const { code } = await launch.outcome;
    if (code !== 0) throw new Error(`candor send --detach ended with ${String(code)}`);
    const launchSeconds = (performance.now() - startedAt) / 1000;
    const launchPeakMb = launching.stop().peakMb;
    await eventually(
      () => finished(ledger).then((over) => over || Promise.reject(new Error('the campaign is not over'))),
      { timeoutMs: 3_600_000 },
    );
    const usages = watches.map((watch) => watch.stop());
    const behind = database.stop();
    const { summary, statusMs } = await readStatus(ledger);
    if (summary.states.accepted !== run.notices)
      throw new Error(`candor worker: ${summary.states.accepted} of ${run.notices} notices were accepted`);
    const { tableBytes } = await lookAtLedger(ledger);
    await ledger.release();
    return {
      notices: run.notices,
      sendingSeconds: summary.seconds,
      workerCpuMs: usages.reduce((sum, usage) => sum + usage.cpuMs, 0),
      workerPeakMb: Math.max(...usages.map((usage) => usage.peakMb)),
      launchPeakMb,
      launchSeconds,
      databaseCpuMs: behind.cpuMs,
      redisPeakMb: await installation.redisPeakMb(),
      ledgerBytesPerNotice: tableBytes / run.notices,
      statusMs,
    };
  } finally {
    for (const worker of workers) worker.stop();
    await Promise.all(workers.map((worker) => worker.outcome));
    await installation.close();
  }
}

type Ledger = Awaited<ReturnType<typeof attach>>;

async function leases(ledger: Ledger): Promise<number> {
  return (
    await askOnce<{ count: number }>(
      ledger,
      `select count(*)::int as count from candor.lease where expires_at > clock_timestamp()`,
    )
  ).count;
}

async function finished(ledger: Ledger): Promise<boolean> {
  return (
    await askOnce<{ over: boolean }>(
      ledger,
      `select coalesce(bool_and(state = 'finished'), false) as over from candor.campaign`,
    )
  ).over;
}
