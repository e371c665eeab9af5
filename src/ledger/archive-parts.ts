// The parts of a backup (ADR 0031). A backup is a series of parts, each a gzip member of its own (RFC 1952), so that
// `zcat` shows all of it. What a part is stands in the extra field of its gzip header:
//
//   kind (1) · number (4) · id of the backup (16) · length of the rest (4) · SHA-256 of the rest (32) · MAC (32)
//
// The MAC is HMAC-SHA256 over everything of the part before it, the gzip header included, under a key for this backup
// alone. So each octet of a part is vouched for before any of it is unzipped, and a part says of itself which backup
// it is of and where it belongs: changed, cut, exchanged and mixed can be told apart. Numbers are big-endian.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { CandorError } from '../domain/errors.ts';
import type { Octets } from './archive-octets.ts';

/** How much of the content a part holds before it is zipped: the memory of a few of these is all that either way takes. */
export const partBytes = 1024 * 1024;

/** The header comes first and the last part says that nothing is missing behind it. */
const kinds = ['header', 'content', 'last'] as const;
export type PartKind = (typeof kinds)[number];

/** The key of one backup, by its 16 octets of id. */
export type BackupKey = (backup: Buffer) => Buffer;

export interface Part {
  readonly kind: PartKind;
  readonly number: number;
  /** 16 octets. */
  readonly backup: Buffer;
  readonly plain: Buffer;
  /** Whether its MAC is that of the key. */
  readonly sealed: boolean;
}

const fieldBytes = 1 + 4 + 16 + 4 + 32 + 32;
/** Gzip, an extra field, no time, fastest, Unix; one subfield `CB`. A later form has another mark and another length. */
const mark = Buffer.from([
  ...[0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0x04, 0x03],
  ...[fieldBytes + 4, 0, 0x43, 0x42, fieldBytes, 0],
]);
const gzipHeaderBytes = 10;
const macAt = mark.length + fieldBytes - 32;
/** So long is what stands before a part's zipped content. */
export const partHeadBytes = mark.length + fieldBytes;
/** What does not shrink grows by less than this (RFC 1951 section 3.2.4: five octets for each stored block). */
const restMax = partBytes + 65_536;

const zip = promisify<Buffer, { level: number }, Buffer>(gzip);
const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Makes the parts of one backup. */
export function partSealer(backup: Buffer, keyOf: BackupKey): (kind: PartKind, plain: Buffer) => Promise<Buffer> {
  const key = keyOf(backup);
  let next = 0;
  return async (kind, plain) => {
    const number = next;
    next += 1;
    // Speed before size: sealed octets hardly shrink, and the fastest level halves the hex as the best does.
    const zipped = await zip(plain, { level: constants.Z_BEST_SPEED });
    const rest = zipped.subarray(gzipHeaderBytes);
    const head = Buffer.alloc(partHeadBytes);
    mark.copy(head);
    head.writeUInt8(kinds.indexOf(kind), mark.length);
    head.writeUInt32BE(number, mark.length + 1);
    backup.copy(head, mark.length + 5);
    head.writeUInt32BE(rest.length, mark.length + 21);
    createHash('sha256')
      .update(rest)
      .digest()
      .copy(head, mark.length + 25);
    createHmac('sha256', key).update(head.subarray(0, macAt)).digest().copy(head, macAt);
    return Buffer.concat([head, rest]);
  };
}

/**
 * Whether these first octets of a file are meant to be a part's: one that was changed in them, or cut within them, is
 * still told from a text and from a backup without MACs.
 */
export function looksLikePart(start: Buffer): boolean {
  return start.subarray(0, mark.length).filter((octet, at) => octet !== mark[at]).length <= 1;
}

interface Head {
  readonly octets: Buffer;
  readonly kind: PartKind | undefined;
  readonly number: number;
  readonly backup: Buffer;
  readonly length: number;
  readonly digest: Buffer;
  readonly sealed: boolean;
}

function headOf(octets: Buffer, keyOf: BackupKey): Head {
  const field = octets.subarray(mark.length);
  const backup = field.subarray(5, 21);
  const mac = createHmac('sha256', keyOf(backup)).update(octets.subarray(0, macAt)).digest();
  return {
    octets,
    kind: kinds[field.readUInt8(0)],
    number: field.readUInt32BE(1),
    backup,
    length: field.readUInt32BE(21),
    digest: field.subarray(25, 57),
    sealed: timingSafeEqual(mac, octets.subarray(macAt)),
  };
}

export interface Expected {
  readonly number: number;
  /** Of the header; null for the header itself. */
  readonly backup: Buffer | null;
  /** Whether a part without our MAC is refused. One that is damaged, or not in its place, always is. */
  readonly demandMac: boolean;
}

/**
 * Takes the next part. Throws `archive-cut` where it ends, `archive-mixed` for a true part of another backup,
 * `archive-changed` for anything else that is not the part that was made.
 */
export async function takePart(octets: Octets, keyOf: BackupKey, expected: Expected): Promise<Part> {
  const { number } = expected;
  const start = await octets.take(partHeadBytes);
  if (start.length < partHeadBytes) throw new CandorError('archive-cut', { where: placeOf(number) });
  if (!start.subarray(0, mark.length).equals(mark)) throw changed(`${placeOf(number)} does not begin as a part does`);
  const head = headOf(start, keyOf);
  if (!head.sealed && expected.demandMac) throw changed(`${placeOf(number)} does not carry its MAC`);
  if (expected.backup !== null && !head.backup.equals(expected.backup)) {
    if (!head.sealed) throw changed(`${placeOf(number)} is said to be of another backup`);
    throw new CandorError('archive-mixed', { where: placeOf(number), other: backupName(head.backup) });
  }
  if (head.number !== number)
    throw changed(
      `${placeOf(head.number)} stands in the place of ${placeOf(number)}: parts were left out or exchanged`,
    );
  if (head.kind === undefined || (head.kind === 'header') !== (number === 0) || head.length > restMax)
    throw changed(`${placeOf(number)} is not as a part can be`);
  const rest = await octets.take(head.length);
  if (rest.length < head.length) {
    // Nobody vouches for the length that a header without our MAC gives.
    if (number === 0 && !head.sealed) throw changed('its header is shorter than it says');
    throw new CandorError('archive-cut', { where: placeOf(number) });
  }
  if (!timingSafeEqual(createHash('sha256').update(rest).digest(), head.digest))
    throw changed(`the content of ${placeOf(number)} is another`);
  const plain = await unzip(Buffer.concat([head.octets, rest]), { maxOutputLength: partBytes }).catch(
    (cause: unknown) => {
      throw changed(`${placeOf(number)} cannot be unzipped`, cause);
    },
  );
  return { kind: head.kind, number, backup: head.backup, plain, sealed: head.sealed };
}

/** Nothing may follow the last part. Throws as `takePart` does. */
export async function expectEnd(octets: Octets, keyOf: BackupKey, backup: Buffer): Promise<void> {
  const start = await octets.take(partHeadBytes);
  if (start.length === 0) return;
  const head = start.length === partHeadBytes ? headOf(start, keyOf) : null;
  if (head?.sealed === true && !head.backup.equals(backup))
    throw new CandorError('archive-mixed', { where: 'what follows its end', other: backupName(head.backup) });
  throw changed('something follows its end');
}

/** Whether the next part carries our MAC: a header before it that does not was changed, and is not of another key. */
export async function nextIsSealed(octets: Octets, keyOf: BackupKey): Promise<boolean> {
  const start = await octets.peek(partHeadBytes);
  return start.length === partHeadBytes && headOf(start, keyOf).sealed;
}

/** The id of a backup as people read it. */
export function backupName(backup: Buffer): string {
  return backup.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The 16 octets of an id that `backupName` wrote. */
export function backupOctets(name: string): Buffer {
  return Buffer.from(name.replaceAll('-', ''), 'hex');
}

function placeOf(number: number): string {
  return number === 0 ? 'its header' : `part ${number}`;
}

function changed(problem: string, cause?: unknown): CandorError {
  return new CandorError('archive-changed', { problem }, { cause });
}
