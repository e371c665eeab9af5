// candor backup and restore: the whole ledger as one stream, sealed as it is. A backup file appears
// whole or not at all.
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Application } from '../../campaigns/application.ts';
import { CandorError } from '../../domain/errors.ts';
import { openInput } from '../../runtime/open-input.ts';
import { once, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted } from '../figures.ts';
import { answerUnwritable, isGone } from '../output.ts';
import { safeText } from '../safe-text.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface BackupOptions extends SharedOptions {
  readonly out?: string;
}

interface Extent {
  readonly tables: number;
  readonly rows: number;
}

export function addBackup(program: Command, run: Run): void {
  declare(program, {
    name: 'backup',
    summary: 'copy the whole ledger, sealed as it is',
    about:
      'Goes to stdout or to a new file (mode 0600). It is of no use without CANDOR_KEY: keep a copy of the key, and keep it apart. Also the way from the embedded ledger to DATABASE_URL.',
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
      'Needs the CANDOR_KEY that the backup was sealed with. Campaigns that were running are held, so that nobody is told twice before you have looked.',
    examples: [['candor restore candor.backup', 'then candor status']],
  })
    .argument('<file>', 'the backup, or - for stdin', text)
    .action((file: string, options: SharedOptions) =>
      run(options, async (session) => {
        const source = file === '-' ? session.surroundings.stdin : await readable(file);
        // The ledger is closed when its transaction ends, and that waits for the source.
        session.stopped.signal.addEventListener('abort', () => source.destroy(), { once: true });
        const application = await session.open('ledger');
        const extent = await application.restore(source);
        return { exit: 0, json: extent, text: () => [`Restored ${extentText(extent)}.`] };
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
    const extent = await copy(application, session.actor, stdout, false);
    session.say(`Backed up ${extentText(extent)}.`);
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
    const extent = await copy(application, session.actor, file.createWriteStream({ flush: true }), true);
    return {
      exit: 0,
      json: { file: path, ...extent },
      text: () => [`Backed up ${extentText(extent)} to ${safeText(path)}.`],
    } as const;
  } catch (error) {
    await rm(path, { force: true });
    throw systemCode(error) === null || error instanceof CandorError ? error : unwritable(path, error);
  }
}

/** Copies the ledger into the stream. The application may end what it is given; stdout stays open for others. */
async function copy(application: Application, actor: string, target: Writable, end: boolean): Promise<Extent> {
  const between = new PassThrough();
  const write = async (): Promise<Extent> => {
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

async function readable(path: string): Promise<Readable> {
  try {
    if ((await stat(path)).isDirectory()) throw new CandorError('file-not-found', { path });
    return await openInput(path);
  } catch (error) {
    throw error instanceof CandorError ? error : new CandorError('file-not-found', { path }, { cause: error });
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

function extentText(extent: Extent): string {
  return `${counted(extent.rows, 'record')} of ${counted(extent.tables, 'table')}`;
}
