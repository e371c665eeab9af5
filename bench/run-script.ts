// Runs one of the scripts as a process of its own.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ScriptReport } from './contenders/script.ts';
import { bare, type Measurement } from './measurement.ts';
import { watchProcess } from './process-usage.ts';

export interface ScriptRun {
  readonly name: 'naive' | 'careful' | 'careful-dkim';
  readonly notices: number;
  readonly recipients: string;
  readonly letterFile: string;
  readonly port: number;
  readonly connections: number;
  readonly from: string;
  /** A private key in PEM; only `careful-dkim` reads it. */
  readonly keyFile: string;
}

/** Runs it and measures. Throws when a letter was not accepted. */
export async function runScriptContender(run: ScriptRun): Promise<Measurement> {
  const program = fileURLToPath(new URL(`contenders/${run.name}.js`, import.meta.url));
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [program, run.recipients, run.letterFile, String(run.port), String(run.connections), run.from, run.keyFile],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const watch = watchProcess(child.pid ?? 0);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const usage = watch.stop();
  const report = JSON.parse(output) as ScriptReport;
  if (report.accepted !== run.notices)
    throw new Error(`${run.name}: ${report.accepted} of ${run.notices} letters were accepted`);
  return {
    ...bare,
    notices: run.notices,
    wallSeconds,
    sendingSeconds: report.seconds,
    cpuMs: usage.cpuMs,
    peakMb: usage.peakMb,
  };
}
