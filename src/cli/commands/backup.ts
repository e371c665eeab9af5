// candor backup and restore: the whole ledger as one stream, sealed as it is. A backup file appears
// whole or not at all.
import { open, rm, type FileHandle } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Application } from '../../campaigns/application.ts';
import type { BackupPlace } from '../../domain/backup-place.ts';
import { CandorError } from '../../domain/errors.ts';
import { once, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted, moment } from '../figures.ts';
import { answerUnwritable, isGone } from '../output.ts';
import { readable } from '../readable.ts';
import { safeText } from '../safe-text.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface BackupOptions extends SharedOptions {
  readonly out?: string;
}

export interface RestoreOptions extends SharedOptions {
  readonly unauthenticated?: boolean;
  readonly dryRun?: boolean;
}

type Made = Awaited<ReturnType<Application['backup']>>;
type Origin = Awaited<ReturnType<Application['restore']>>;

export function addBackup(program: Command, run: Run): void {
  declare(program, {
    name: 'backup',
    summary: 'copy the whole ledger, sealed as it is',
    about:
      'Goes to stdout or to a new file (mode 0600). It is of no use without CANDOR_KEY: keep a copy of the key, and keep it apart. What was changed, cut or put together from two is found by the restore. The ledger keeps on record which backups were made of it. Also the way from the embedded ledger to DATABASE_URL.',
    examples: [
      ['candor backup --out candor.backup', 'to a new file'],
      ['candor backup | DATABASE_URL=postgres://… candor restore -', 'from the embedded ledger to your Postgres'],
    ],
  })
    .option('--out <file>', 'write to this file, which must not exist yet', once(text))
    .action((options: BackupOptions) =>
      run(options, (session) => (options.out === undefined ? toStdout(session) : toFile(session, options.out))),
    );
}

export function addRestore(program: Command, run: Run): void {
  declare(program, {
    name: 'restore',
    summary: 'fill an empty ledger from a backup',
    about:
      'Needs the CANDOR_KEY that the backup was sealed with, and takes only what that key vouches for. Campaigns that were running are held, so that nobody is told twice before you have looked.',
    examples: [
      ['candor restore candor.backup', 'then candor status'],
      ['candor restore candor.backup --dry-run', 'on the ledger that it was made of: is it whole, and the newest?'],
    ],
  })
    .argument('<file>', 'the backup, or - for stdin', text)
    .option('--dry-run', 'only read it, and compare it with the backups that this ledger has on record')
    .option(
      '--unauthenticated',
      'take a backup that no MAC vouches for, such as one of an earlier version: recorded, and every campaign is held',
    )
    .action((file: string, options: RestoreOptions) =>
      run(options, async (session) => {
        const how = { unauthenticated: options.unauthenticated === true };
        const source = file === '-' ? session.surroundings.stdin : await readable(file);
        // The ledger is closed when its transaction ends, and that waits for the source.
        session.stopped.signal.addEventListener('abort', () => source.destroy(), { once: true });
        const application = await session.open('ledger');
        if (options.dryRun === true) {
          const { place, ...found } = await application.checkBackup(source, how);
          return {
            exit: 0,
            json: { ...found, place },
            text: () => [`It holds ${extentText(found)}, and is complete.`, originText(found), placeText(place)],
          };
        }
        const restored = await application.restore(source, how);
        return {
          exit: 0,
          json: restored,
          text: () => [`Restored ${extentText(restored)}.`, originText(restored), notNewestText],
        };
      }),
    );
}

async function toStdout(session: Session) {
  const { stdout } = session.surroundings;
  if (session.json)
    throw new CandorError('usage', {
      problem: 'With --json, stdout is taken: give --out FILE.',
      command: 'candor backup',
    });
  if (stdout.isTTY === true) throw new CandorError('output-is-terminal');
  const application = await session.open('ledger');
  try {
    const made = await copy(application, session.actor, stdout, false);
    session.say(`Backed up ${extentText(made)}.`);
    session.say(madeText(made));
  } catch (error) {
    if (isGone(error)) throw new CandorError('output-closed', {}, { cause: error });
    if (error instanceof Error && systemCode(error) !== null) throw answerUnwritable(error);
    throw error;
  }
  return { exit: 0, json: null, text: () => [] } as const;
}

async function toFile(session: Session, path: string) {
  const application = await session.open('ledger');
  const file = await createPrivately(path);
  try {
    // `flush`: on the disk before it counts as done.
    const made = await copy(application, session.actor, file.createWriteStream({ flush: true }), true);
    return {
      exit: 0,
      json: { file: path, ...made },
      text: () => [`Backed up ${extentText(made)} to ${safeText(path)}.`, madeText(made)],
    } as const;
  } catch (error) {
    await rm(path, { force: true });
    throw systemCode(error) === null || error instanceof CandorError ? error : unwritable(path, error);
  }
}

/** Copies the ledger into the stream. The application may end what it is given; stdout stays open for others. */
async function copy(application: Application, actor: string, target: Writable, end: boolean): Promise<Made> {
  const between = new PassThrough();
  const write = async (): Promise<Made> => {
    try {
      const extent = await application.backup(between, actor);
      if (!between.writableEnded) between.end();
      return extent;
    } catch (error) {
      between.destroy(error instanceof Error ? error : new Error('The backup failed.'));
      throw error;
    }
  };
  const [extent, piped] = await Promise.allSettled([write(), pipeline(between, target, { end })]);
  // A full disk or a closed pipe shows on both sides; the target's own error says more.
  if (piped.status === 'rejected' && systemCode(piped.reason) !== null) throw piped.reason;
  if (extent.status === 'rejected') throw extent.reason;
  if (piped.status === 'rejected') throw piped.reason;
  return extent.value;
}

async function createPrivately(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw new CandorError('output-exists', { path }, { cause: error });
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): CandorError {
  return new CandorError(
    'output-unwritable',
    { path, reason: systemCode(error) ?? 'unknown reason' },
    { cause: error },
  );
}

function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

function madeText({ backup, at, sha256 }: Made): string {
  return `It is backup ${backup} of ${moment(new Date(at))}, SHA-256 ${sha256}.`;
}

function originText({ backup, ledger, at, authenticated }: Origin): string {
  const name = backup === null ? 'a backup of an earlier version' : `backup ${safeText(backup)}`;
  const vouched = authenticated
    ? ''
    : ' No MAC vouches for it: whoever could write to the file could change what it says.';
  return `It is ${name} of ledger ${safeText(ledger)}, made at ${moment(new Date(at))}: what happened there since is not in it.${vouched}`;
}

const notNewestText =
  'Whether a later one was made is on record in that ledger: where it still stands, `candor restore FILE --dry-run` says so.';

/** Where it stands among the backups that this ledger has on record. */
function placeText(place: BackupPlace): string {
  switch (place.kind) {
    case 'newest':
      return 'It is the newest that this ledger has on record.';
    case 'older':
      return `It is not the newest: ${counted(place.later, 'backup')} of this ledger came later, the last at ${moment(new Date(place.newestAt))}.`;
    case 'unrecorded':
      return place.newestAt === null
        ? 'It is of this ledger, which does not have it on record: its making was broken off, or this ledger is an older copy.'
        : `It is of this ledger, which does not have it on record, and ${counted(place.later, 'backup')} came later, the last at ${moment(new Date(place.newestAt))}.`;
    case 'altered':
      return 'It is not the file that this ledger has on record under that id.';
    case 'other-ledger':
      return 'It is of another ledger than this one, and this one was not restored from it.';
  }
}

function extentText(extent: Pick<Made, 'tables' | 'rows'>): string {
  return `${counted(extent.rows, 'record')} of ${counted(extent.tables, 'table')}`;
}
