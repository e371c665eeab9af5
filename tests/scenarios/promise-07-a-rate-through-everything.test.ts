// Promise 7 where it is hardest to keep: while workers start, are killed and end, after a pause, and after the queue was
// wiped (docs/RELIABILITY.md has the same at 5, 50 and 500 a second, by the minute).
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/chaos.mjs', import.meta.url));

test(
  'a rate is kept and used through starts, kills, a pause and a wiped queue',
  { timeout: 400_000, retry: 1 },
  async () => {
    const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
      const child = execFile(process.execPath, [script, '--rate', '20', '--seconds', '15'], (_, stdout, stderr) =>
        resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
      );
    });

    expect(output).toMatch(/^seconds with more MAIL FROM than [^\n]* {2}0$/m);
    expect(code, output).toBe(0);
    expect(output.match(/% of the limit used/g)).toHaveLength(4);
  },
);
