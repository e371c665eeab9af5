// Where the memory of a ledger outlives its processes: a file in CANDOR_DATA, and a key in Redis, each by the ledger's id.
// Promises: whole or not at all. Not that the last 100 ms are in it, nor that it survives a power cut of this machine.
import { randomBytes } from 'node:crypto';
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureDataFolder } from '../config/key.ts';
import type { AttemptId, LeaseId } from '../domain/ids.ts';
import type { LedgerMemory } from '../domain/ledger-memory.ts';
import type { KeptText } from '../queue/kept-in-redis.ts';
import type { MemoryPlace } from './ledger-witness.ts';

const number = z.number().int().nonnegative();
const shape = z.object({
  ledgerId: z.uuid(),
  timeline: z.uuid(),
  lease: z.object({ leaseId: number.transform((id) => id as LeaseId), nonce: z.uuid(), beat: number }).nullable(),
  attempt: number.transform((id) => id as AttemptId).nullable(),
  at: z.iso.datetime(),
});

/** The memory in what a place has kept; null when that is none, or of another ledger. */
export function readMemory(text: string, ledgerId: string): LedgerMemory | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const memory = shape.safeParse(value).data;
  return memory?.ledgerId === ledgerId ? memory : null;
}

/** The file of a ledger in the data folder. */
export function memoryFile(dataDir: string, ledgerId: string): string {
  return join(dataDir, `answered-${ledgerId}.json`);
}

/** A file in the data folder, mode 0600. The folder is made when there is something to keep. */
export function keptInFile(dataDir: string): MemoryPlace {
  let made = false;
  return {
    name: 'CANDOR_DATA',
    async read(ledgerId) {
      try {
        return readMemory(await readFile(memoryFile(dataDir, ledgerId), 'utf8'), ledgerId);
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
        throw error;
      }
    },
    async write(memory) {
      if (!made) await ensureDataFolder(dataDir);
      made = true;
      const path = memoryFile(dataDir, memory.ledgerId);
      const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
      try {
        await writeFile(draft, `${JSON.stringify(memory)}\n`, { mode: 0o600, flag: 'wx' });
        await rename(draft, path);
      } catch (error) {
        made = false;
        await unlink(draft).catch(() => undefined);
        throw error;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** A key in Redis. */
export function keptInRedis(kept: KeptText): MemoryPlace {
  const key = (ledgerId: string): string => `candor:answered:${ledgerId}`;
  return {
    name: 'Redis',
    async read(ledgerId) {
      const text = await kept.get(key(ledgerId));
      return text === null ? null : readMemory(text, ledgerId);
    },
    write: (memory) => kept.set(key(memory.ledgerId), JSON.stringify(memory)),
    close: () => kept.close(),
  };
}
