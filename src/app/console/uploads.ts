// Uploads for the console: receives and reads them in this process, sweeps those that nobody needs.
import { findSameFile } from '../../ledger/campaigns.ts';
import { problemOf } from '../../ledger/bound-cells.ts';
import { recordEvent } from '../../ledger/events.ts';
import {
  changeColumns,
  deleteUpload,
  findUpload,
  openUploads,
  readProblems,
  sameUploads,
  sweepUploads,
  takeUnread,
  uploadKeptMs,
  type Upload,
} from '../../ledger/uploads.ts';
import { recordLook } from '../../campaigns/look-at.ts';
import { receiveUpload } from '../../campaigns/receive-upload.ts';
import { readUpload } from '../../campaigns/read-upload.ts';
import { hasReport, openReport } from '../../campaigns/upload-report.ts';
import { uploadSource } from '../../campaigns/upload-source.ts';
import { CandorError, isUnreachable } from '../../domain/errors.ts';
import { maskAddressesIn } from '../../domain/masked-address.ts';
import type { Kit } from '../../domain/kit.ts';
import { columnNumbersOf } from '../../intake/columns.ts';
import { csvLine } from '../../intake/invalid-file.ts';
import { readRecipientFile } from '../../intake/read-recipient-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { InvalidRowLine, UploadLine, UploadsPort } from '../../web/ports/uploads.ts';
import type { LedgerContext } from '../../campaigns/context.ts';

const sweepEveryMs = 30_000;

export interface KitShelf {
  list(): Promise<readonly { id: string; title: string }[]>;
  /** Throws `kit-not-found`. */
  load(id: string): Promise<Kit>;
}

export interface RunningUploads extends UploadsPort {
  /** Ends the background work; what was being read is read again by whoever serves next. */
  close(): Promise<void>;
}

export function openUploadsPort(ledger: LedgerContext, kits: KitShelf, logger: Logger): RunningUploads {
  const { database, keyring } = ledger;
  const reading = new Set<Promise<void>>();
  let closed = false;

  const begin = (id: string, kit: string): void => {
    const work = kits
      .load(kit)
      .then((loaded) => readUpload(ledger, loaded, id))
      .catch((err: unknown) => {
        if (!closed && !isUnreachable(err))
          logger.error({ err, upload: id }, 'an upload could not be read; it is tried again');
      })
      .finally(() => reading.delete(work));
    reading.add(work);
  };
  const sweep = async (): Promise<void> => {
    await sweepUploads(database);
    for (const id of await takeUnread(database)) {
      const upload = await findUpload(database, id);
      if (upload !== null) begin(id, upload.kit);
    }
  };
  const tick = (): void =>
    void sweep().catch((err: unknown) => logger.debug({ err }, 'the sweep of uploads waits for the ledger'));
  tick();
  const timer = setInterval(tick, sweepEveryMs);
  timer.unref();

  const known = async (id: string): Promise<Upload> => {
    const upload = await findUpload(database, id);
    if (upload === null || upload.state === 'receiving') throw new CandorError('upload-unknown');
    return upload;
  };
  const lineOf = (upload: Upload): UploadLine => {
    const report = hasReport(upload) ? openReport(keyring, upload) : null;
    const { id, state, createdAt, actor } = upload;
    return {
      id,
      state,
      createdAt,
      actor,
      fileName: maskAddressesIn(keyring.open('upload.name_sealed', upload.id, upload.nameSealed).toString('utf8')),
      notices: report?.kind === 'account' ? report.account.notices : null,
    };
  };

  return {
    kits: () => kits.list(),
    list: async () => (await openUploads(database)).filter(({ state }) => state !== 'receiving').map(lineOf),
    async receive({ octets, fileName, kit, actor }) {
      await kits.load(kit);
      const id = await receiveUpload(ledger, { octets, fileName, kit, actor });
      begin(id, kit);
      return id;
    },
    async get(id) {
      const upload = await findUpload(database, id);
      if (upload === null || upload.state === 'receiving') return null;
      const [uploads, campaigns, shelf] = await Promise.all([
        sameUploads(database, upload),
        upload.sha256 === null ? [] : findSameFile(database, upload.sha256, upload.kit),
        kits.list(),
      ]);
      const { kit, octets, rowsRead, version, audience, mapping, encoding, campaign } = upload;
      return {
        ...lineOf(upload),
        kit,
        kitTitle: shelf.find((one) => one.id === kit)?.title ?? kit,
        octets,
        rowsRead,
        version,
        audience,
        mapping,
        encoding,
        campaign,
        report: hasReport(upload) ? openReport(keyring, upload) : null,
        keptUntil: new Date(upload.createdAt.getTime() + uploadKeptMs),
        same: { uploads, campaigns: campaigns.map((one) => ({ id: one.id, state: one.state })) },
      };
    },
    async correct(id, { version, mapping, audience, encoding, actor }) {
      const upload = await known(id);
      if (version !== upload.version || !hasReport(upload)) throw new CandorError('upload-changed');
      const report = openReport(keyring, upload);
      const header = report.kind === 'account' ? report.account.header : report.fault.header;
      // Kept by number: what the header says may be somebody's.
      const numbers = Object.fromEntries(columnNumbersOf(header, mapping));
      if (!(await changeColumns(database, upload, { mapping: numbers, audience, encoding })))
        throw new CandorError('upload-changed');
      await recordEvent(database, {
        campaignNo: null,
        actor,
        kind: 'upload-columns-changed',
        data: { upload: id, columns: Object.keys(numbers), audience, encoding },
      });
      begin(id, upload.kit);
    },
    async problems(id, page) {
      const rows = await readProblems(database, (await known(id)).uploadNo, page);
      return rows.map(({ rowNo, sealed }) => ({
        row: rowNo,
        ...(JSON.parse(keyring.open('upload_problem.sealed', problemOf(id, rowNo), sealed).toString('utf8')) as Omit<
          InvalidRowLine,
          'row'
        >),
      }));
    },
    async invalidCsv(id, actor) {
      const upload = await known(id);
      const kit = await kits.load(upload.kit);
      const report = hasReport(upload) ? openReport(keyring, upload) : null;
      const addresses = report?.kind === 'account' ? report.account.invalid : 0;
      const lines = invalidLines(ledger, upload, kit);
      // The head shows nobody, and a file that cannot be read any more shows nothing.
      const head = await lines.next();
      if (addresses > 0)
        await recordLook(database, {
          campaignNo: null,
          actor,
          kind: 'invalid-rows-downloaded',
          addresses,
          data: { upload: id },
        });
      return after(head, lines);
    },
    async discard(id, actor) {
      const upload = await known(id);
      if (!(await deleteUpload(database, upload.uploadNo))) throw new CandorError('upload-launched');
      await recordEvent(database, { campaignNo: null, actor, kind: 'upload-deleted', data: { upload: id } });
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.race([Promise.allSettled(reading), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    },
  };
}

async function* after(
  head: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  if (head.done === true) return;
  yield head.value;
  yield* rest;
}

async function* invalidLines(
  ledger: LedgerContext,
  upload: Upload,
  kit: Pick<Kit, 'locales' | 'defaultLocale'>,
): AsyncGenerator<string, void> {
  const file = readRecipientFile(uploadSource(ledger, upload).open(), {
    ...(upload.audience === null ? {} : { audience: upload.audience }),
    mapping: upload.mapping,
    ...(upload.encoding === null ? {} : { encoding: upload.encoding }),
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  });
  try {
    const { header, delimiter } = await file.header();
    yield `\uFEFF${csvLine(['row', 'reason', ...header], delimiter)}`;
    for await (const { invalid } of file) {
      const lines = invalid.map(({ row, cells, problems }) =>
        csvLine(
          [String(row), problems.map(({ code, message }) => `${code}: ${message}`).join(' '), ...cells],
          delimiter,
        ),
      );
      if (lines.length > 0) yield lines.join('');
    }
  } finally {
    await file.close();
  }
}
