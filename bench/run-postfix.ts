// A script with Postfix behind it, at Postfix's best: the letters come from smtp-source, which costs next to nothing.
// Measured is what arrives, from the first letter handed in to the last one passed on.
import { spawn } from 'node:child_process';
import { eventually } from '../tests/support/eventually.ts';
import { bare, type Measurement } from './measurement.ts';
import { startPostfix } from './postfix.ts';
import { watchTree } from './process-usage.ts';
import type { Sink } from './sink.ts';

/** Runs it and measures. */
export async function runPostfix(run: {
  notices: number;
  messageBytes: number;
  sessions: number;
  folder: string;
  sink: Sink;
}): Promise<Measurement> {
  const postfix = await startPostfix(run.folder, run.sink.port);
  try {
    const before = run.sink.taken();
    const startedAt = performance.now();
    const watch = watchTree(postfix.pid);
    const source = spawn(
      '/usr/sbin/smtp-source',
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
        `127.0.0.1:${postfix.port}`,
      ],
      { stdio: 'ignore' },
    );
    const code = await new Promise((resolve, reject) => source.once('close', resolve).once('error', reject));
    if (code !== 0) throw new Error(`smtp-source ended with ${String(code)}`);
    await eventually(
      () =>
        run.sink.taken() - before === run.notices ||
        Promise.reject(new Error(`Postfix passed on ${run.sink.taken() - before} of ${run.notices} letters`)),
      { timeoutMs: 600_000 },
    );
    const sendingSeconds = (performance.now() - startedAt) / 1000;
    const { cpuMs, peakMb } = watch.stop();
    return { ...bare, notices: run.notices, sendingSeconds, cpuMs, peakMb };
  } finally {
    await postfix.stop();
  }
}
