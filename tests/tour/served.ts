// `candor serve` as its users start it, with a ledger of its own and a scripted relay, for the tour.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { startCandor } from '../support/program.ts';
import { freePort } from '../support/redis.ts';
import { startRelay, type TestRelay } from '../support/relay.ts';

export interface Served {
  readonly url: string;
  readonly signInUrl: string;
  readonly relay: TestRelay;
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts it and waits until it listens. */
export async function startServed(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'candor-tour-'));
  chmodSync(folder, 0o755);
  const relay = await startRelay();
  const program = startCandor(['serve', '--json'], {
    CANDOR_DATA: join(folder, 'data'),
    SMTP_URL: relay.url,
    MAIL_FROM: 'Notices <notices@example.com>',
    RETRY_SCHEDULE: '1s',
    PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
  });
  const close = async (): Promise<void> => {
    program.kill('SIGTERM');
    await program.outcome;
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(() => program.stdout().includes('}') || program.child.exitCode !== null, { timeoutMs: 60_000 });
    if (program.child.exitCode !== null) throw new Error(`candor serve ended: ${program.stderr()}`);
    const urls = JSON.parse(program.stdout()) as { console: string; signIn: string };
    return { url: urls.console, signInUrl: urls.signIn, relay, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}
