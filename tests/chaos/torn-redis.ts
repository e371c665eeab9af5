// A Redis whose crash loses the last second: with `appendfsync everysec` a power cut may take what was not
// yet synced. SIGKILL alone would not, because the kernel keeps what was written; so the file is cut.
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '../support/redis.ts';

const everyMs = 200;
const lostMs = 1_000;

/** As `startRedis`; `kill` also takes back what was written in the last second. */
export async function startTornRedis(): Promise<TestRedis> {
  const redis = await startRedis();
  const [, folder = ''] = await redis.client.config('GET', 'dir');
  const sizes: number[] = [];
  const file = (): string | null => {
    const parts = join(folder, 'appendonlydir');
    const name = existsSync(parts) ? readdirSync(parts).find((each) => each.endsWith('.incr.aof')) : undefined;
    return name === undefined ? null : join(parts, name);
  };
  const note = (): void => {
    const path = file();
    if (path === null) return;
    sizes.push(statSync(path).size);
    if (sizes.length > lostMs / everyMs) sizes.shift();
  };
  const timer = setInterval(note, everyMs);
  return {
    url: redis.url,
    client: redis.client,
    start: () => redis.start(),
    async kill() {
      await redis.kill();
      const path = file();
      const size = sizes.splice(0)[0];
      if (path !== null && size !== undefined && size < statSync(path).size) truncateSync(path, size);
    },
    async stop() {
      clearInterval(timer);
      await redis.stop();
    },
  };
}
