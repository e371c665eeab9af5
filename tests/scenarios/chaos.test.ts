// A short chaos run with a fixed seed: three workers, the console, Redis and Postgres are killed and the relay
// misbehaves, and in the end the relay's record, the ledger and the recipient file agree (docs/RELIABILITY.md).
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/chaos.mjs', import.meta.url));

test(
  'a short chaos run loses nobody, tells nobody twice without knowing it, and accounts for everyone',
  { timeout: 400_000 },
  async () => {
    const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
      const child = execFile(process.execPath, [script, '--short', '--seed', '7'], (_, stdout, stderr) =>
        resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
      );
    });

    expect(code, output).toBe(0);
    expect(output).toMatch(/kills .*everything [1-9]/);
  },
);
