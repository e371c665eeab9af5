// Whether a restart of all processes forgets what the ledger has answered, so that one that went back would not be found.
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DoctorFinding } from '../campaigns/application.ts';
import type { Config } from '../config/read-config.ts';
import type { OpenLedger } from './open-ledger.ts';
import { memoryFile } from './memory-places.ts';

const subject = 'ledger memory';

/** Looks at the places of the memory, and changes nothing. */
export async function examineMemory(
  config: Pick<Config, 'dataDir' | 'queue'>,
  { database, ledgerId }: Pick<OpenLedger, 'database' | 'ledgerId'>,
): Promise<DoctorFinding> {
  const inRedis = config.queue.url !== null;
  const help = 'Give every process a CANDOR_DATA that it may write to and that outlives it (in a container: a volume).';
  if (!(await mayWrite(config.dataDir)))
    return {
      subject,
      verdict: inRedis ? 'ok' : 'warning',
      finding: inRedis
        ? 'what the ledger has answered is kept in Redis; CANDOR_DATA cannot be written to'
        : 'CANDOR_DATA cannot be written to: when all processes restart while the ledger goes back, nobody notices',
      help: inRedis ? null : help,
    };
  const { rows } = await database.query<{ worked: boolean }>({
    text: 'select exists (select from candor.lease where beat_no > 0) as worked',
  });
  const kept = await access(memoryFile(config.dataDir, ledgerId)).then(
    () => true,
    () => false,
  );
  if (rows[0]?.worked === true && !kept && !inRedis)
    return {
      subject,
      verdict: 'warning',
      finding: 'processes have worked on this ledger, and what it answered them is not kept in this CANDOR_DATA',
      help: `As it should be where they have one of their own. ${help}`,
    };
  return {
    subject,
    verdict: 'ok',
    finding: `what the ledger has answered is kept in CANDOR_DATA${inRedis ? ' and in Redis' : ''}`,
    help: null,
  };
}

/** Whether files can be made in the folder, or the folder itself. */
async function mayWrite(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      await access(path, constants.W_OK | constants.X_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) return false;
    }
  }
}
