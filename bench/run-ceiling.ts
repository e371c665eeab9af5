// The ceiling: Postfix's smtp-source, written in C, pushes letters of the same size through the same number
// of sessions and keeps nothing. Nothing that sends letters one by one is expected to be faster.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { bare, type Measurement } from './measurement.ts';
import { watchProcess } from './process-usage.ts';

const smtpSource = '/usr/sbin/smtp-source';

/** True where Postfix is installed. */
export function hasCeiling(): boolean {
  return existsSync(smtpSource);
}

/** Runs it and measures. */
export async function runCeiling(run: {
  notices: number;
  messageBytes: number;
  sessions: number;
  host: string;
  port: number;
}): Promise<Measurement> {
  const startedAt = performance.now();
  // -d keeps a session for all its letters, as the others do.
  const child = spawn(
    smtpSource,
    [
      '-d',
      '-s',
      String(run.sessions),
      '-m',
      String(run.notices),
      '-l',
      String(run.messageBytes),
      '-f',
      'notices@openai.com',
      '-t',
      'person@example.com',
      `${run.host}:${run.port}`,
    ],
    { stdio: 'ignore' },
  );
  const watch = watchProcess(child.pid ?? 0);
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const seconds = (performance.now() - startedAt) / 1000;
  const usage = watch.stop();
  if (code !== 0) throw new Error(`smtp-source ended with ${String(code)}`);
  return {
    ...bare,
    notices: run.notices,
    sendingSeconds: seconds,
    cpuMs: usage.cpuMs,
    peakMb: usage.peakMb,
  };
}
