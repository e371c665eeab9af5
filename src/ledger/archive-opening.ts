// Opens a backup for whoever reads it to the end: restoring.ts, which fills a ledger from it, and archive-checking.ts,
// which only looks. Promises that no octet of its content is handed out before the part that it stands in was found
// to be the one that was made; what comes from a backup without MACs is handed out only where that was asked for.
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CandorError } from '../domain/errors.ts';
import {
  ArchiveReader,
  damaged,
  firstHeaderShape,
  firstTrailerShape,
  headerShape,
  type ArchiveHeader,
  type FirstArchiveHeader,
} from './archive-format.ts';
import { Octets } from './archive-octets.ts';
import {
  backupName,
  expectEnd,
  looksLikePart,
  nextIsSealed,
  partHeadBytes,
  takePart,
  type Part,
} from './archive-parts.ts';
import type { Keyring } from './keyring.ts';

export interface OpenedArchive {
  readonly header: ArchiveHeader | FirstArchiveHeader;
  /** Positioned behind the header. */
  readonly content: ArchiveReader;
  /**
   * To be asked when every table was read: that nothing is missing, and nothing follows. `rows`: what was read of each
   * table. Answers whether each octet was vouched for by a MAC, and the SHA-256 of the whole file, in hex.
   */
  end(rows: Readonly<Record<string, number>>): Promise<{ authenticated: boolean; sha256: string }>;
}

/** What a reader has to say about a header before anything else is looked at: whether it could be restored here at all. */
export type ExpectHeader = (header: ArchiveHeader | FirstArchiveHeader) => Promise<void>;

/**
 * Reads the header. `unauthenticated` also takes a backup without MACs, or with others than those of the key, as long
 * as its digests hold and it is whole.
 *
 * Throws `archive-foreign`, `archive-cut`, `archive-changed`, `archive-mixed`, `archive-unauthenticated`,
 * `archive-damaged` (the first form only, and what cannot be read though it is vouched for), `key-wrong`, and what
 * `expectHeader` throws.
 */
export async function openArchive(
  from: Readable,
  keyring: Keyring,
  { unauthenticated = false, expectHeader }: { unauthenticated?: boolean; expectHeader: ExpectHeader },
): Promise<OpenedArchive> {
  const octets = new Octets(from as AsyncIterable<Buffer>);
  const start = await octets.peek(partHeadBytes);
  return looksLikePart(start)
    ? openParts(octets, keyring, { unauthenticated, expectHeader })
    : openFirstForm(octets, keyring, { unauthenticated, expectHeader });
}

interface Terms {
  readonly unauthenticated: boolean;
  readonly expectHeader: ExpectHeader;
}

async function openParts(octets: Octets, keyring: Keyring, terms: Terms): Promise<OpenedArchive> {
  const keyOf = keyring.backupKey;
  const demandMac = !terms.unauthenticated;
  // The header's MAC is looked at below: one that is missing may be of another key, and that is another message.
  const first = await takePart(octets, keyOf, { number: 0, backup: null, demandMac: false });
  const header = headerOf(first);
  if (!first.sealed) {
    const keyIsOurs = header.keyCheck === keyring.checkValue.toString('hex') || (await nextIsSealed(octets, keyOf));
    if (!keyIsOurs) throw new CandorError('key-wrong', { place: keyring.place, what: 'the backup' });
    if (demandMac) throw new CandorError('archive-changed', { problem: 'its header does not carry its MAC' });
  }
  await terms.expectHeader(header);
  let authenticated = first.sealed;
  async function* plain(): AsyncGenerator<Buffer, void> {
    for (let number = 1; ; number += 1) {
      const part = await takePart(octets, keyOf, { number, backup: first.backup, demandMac });
      authenticated &&= part.sealed;
      yield part.plain;
      if (part.kind === 'last') break;
    }
    await expectEnd(octets, keyOf, first.backup);
  }
  const content = new ArchiveReader(plain());
  return {
    header,
    content,
    async end(rows) {
      await content.end();
      expectRows(header.rows, rows);
      return { authenticated, sha256: octets.sum() };
    },
  };
}

function headerOf(part: Part): ArchiveHeader {
  const parsed = headerShape.safeParse(jsonOf(part.plain));
  // What was sealed here and is not understood was made by a later version.
  if (!parsed.success && part.sealed) throw new CandorError('archive-foreign', {}, { cause: parsed.error });
  if (!parsed.success || parsed.data.backup !== backupName(part.backup))
    throw new CandorError('archive-changed', { problem: 'its header is not one that was made' });
  return parsed.data;
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
}

async function openFirstForm(octets: Octets, keyring: Keyring, terms: Terms): Promise<OpenedArchive> {
  const content = new ArchiveReader(unzipped(octets.rest()), { summed: true });
  const parsed = firstHeaderShape.safeParse(await content.json());
  if (!parsed.success) throw new CandorError('archive-foreign', {}, { cause: parsed.error });
  const header = parsed.data;
  if (header.keyCheck !== keyring.checkValue.toString('hex'))
    throw new CandorError('key-wrong', { place: keyring.place, what: 'the backup' });
  if (!terms.unauthenticated) throw new CandorError('archive-unauthenticated', { at: header.createdAt });
  await terms.expectHeader(header);
  return {
    header,
    content,
    async end(rows) {
      const { trailer, sha256 } = await content.trailer();
      const end = firstTrailerShape.safeParse(trailer);
      if (!end.success) throw damaged('its end is not as it should be');
      if (end.data.sha256 !== sha256) throw damaged('its content was changed');
      expectRows(end.data.rows, rows);
      return { authenticated: false, sha256: octets.sum() };
    },
  };
}

function expectRows(told: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  if (Object.entries(found).some(([name, count]) => told[name] !== count)) throw damaged('rows are missing');
}

/** Every gzip begins with these (RFC 1952 section 2.3.1). */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** The plain bytes of a single gzip. Bytes behind the end of the zipped ones are damage, too; zlib would ignore zeros there. */
async function* unzipped(from: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let taken = 0;
  let start: Buffer = Buffer.alloc(0);
  async function* counted(): AsyncGenerator<Buffer, void> {
    for await (const chunk of from) {
      if (start.length < gzipMagic.length) start = Buffer.concat([start, chunk.subarray(0, gzipMagic.length)]);
      taken += chunk.length;
      yield chunk;
    }
  }
  const zip = createGunzip();
  const feeding = pipeline(counted, zip).catch(() => undefined);
  try {
    for await (const chunk of zip) yield chunk as Buffer;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
    // Not by what came out before: a broken byte in the first block lets nothing out.
    if (code === 'Z_DATA_ERROR' && !start.subarray(0, gzipMagic.length).equals(gzipMagic))
      throw new CandorError('archive-foreign', {}, { cause: error });
    throw damaged(code === 'Z_BUF_ERROR' ? 'it ends in the middle' : 'its zipped form is broken', error);
  }
  await feeding;
  if (zip.bytesWritten !== taken) throw damaged('something follows its end');
}
