// Runs `candor send` as its users do, from nothing: a new data folder, a ledger that has to be made, a new
// Redis where one is used. So its wall time holds everything, the making of the database included.
import type { CampaignSummary } from '../src/domain/summary.ts';
import { kitName } from './bench-letter.ts';
import { attach, install, lookAtLedger, postmasterOf, walBytes, type InstallationOptions } from './installation.ts';
import type { Measurement } from './measurement.ts';
import { watchProcess, watchTree } from './process-usage.ts';
import { startProgram } from './start-program.ts';

export interface CandorRun extends InstallationOptions {
  readonly notices: number;
  readonly recipients: string;
  /** A folder for a profile of the process's main thread; it costs speed. */
  readonly profileInto?: string;
}

/** Runs it and measures. Throws when not every notice was accepted. */
export async function runCandor(run: CandorRun): Promise<Measurement> {
  const installation = await install(run);
  try {
    const startedAtMs = Date.now();
    const program = startProgram(
      ['send', run.recipients, '--kit', kitName, '--yes', '--json'],
      installation.env,
      run.profileInto,
    );
    const candor = watchProcess(program.pid);
    const ledger = await attach(installation.dataDir);
    const database = watchTree(postmasterOf(installation.dataDir));
    const walBefore = await walBytes(ledger);
    const { code, stdout } = await program.outcome;
    const own = candor.stop();
    const behind = database.stop();
    if (code !== 0) throw new Error(`candor send ended with ${String(code)}`);
    const summary = JSON.parse(stdout) as CampaignSummary;
    if (summary.states.accepted !== run.notices)
      throw new Error(`candor: ${summary.states.accepted} of ${run.notices} notices were accepted`);
    const looked = await lookAtLedger(ledger);
    const walAfter = await walBytes(ledger);
    await ledger.release();
    return {
      notices: run.notices,
      wallSeconds: (looked.lastSettledMs - startedAtMs) / 1000,
      sendingSeconds: summary.seconds,
      cpuMs: own.cpuMs,
      databaseCpuMs: behind.cpuMs,
      redisCpuMs: await installation.redisCpuMs(),
      peakMb: own.peakMb,
      databasePeakMb: behind.peakMb,
      redisPeakMb: await installation.redisPeakMb(),
      ledgerBytesPerNotice: looked.tableBytes / run.notices,
      walBytesPerNotice: (walAfter - walBefore) / run.notices,
    };
  } finally {
    await installation.close();
  }
}
