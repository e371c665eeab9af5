// Messages as they lie around: a file of one (eml), of many (mbox, RFC 4155), a folder of files, a Maildir, a pipe.
//
// One message at a time is in memory, and of a large one its beginning: what a report says stands there.
import { lstat, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { openInput } from '../runtime/open-input.ts';
import { mostBytes } from './read-message.ts';

export interface FoundMessage {
  /** The file's name without its ending; in an mbox with the message's number behind it. */
  readonly id: string;
  readonly raw: Uint8Array;
}

/**
 * The messages of a file or folder, a folder's in the order of their names. Links are not followed, hidden files and
 * a Maildir's `tmp` are left out. Throws what the system says of a path that can't be read.
 */
export async function* messagesIn(path: string): AsyncGenerator<FoundMessage> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) {
    yield* messagesOf(await openInput(path), nameOf(path), { single: /\.(?:eml|msg)$/i.test(path) });
    return;
  }
  for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || (entry.isDirectory() && entry.name === 'tmp')) continue;
    if (entry.isDirectory() || entry.isFile()) yield* messagesIn(join(path, entry.name));
  }
}

/** The messages of a stream: one, or those of an mbox where it begins with its line (`single` says that it is none). */
export async function* messagesOf(
  input: Readable,
  id: string,
  { single = false }: { readonly single?: boolean } = {},
): AsyncGenerator<FoundMessage> {
  let collected = new Collected();
  let isMbox: boolean | null = single ? false : null;
  let count = 0;
  let blankBefore = true;
  for await (const line of linesOf(input)) {
    const separates = blankBefore && separator.test(line.toString('latin1', 0, 300));
    isMbox ??= separates ? true : isBlank(line) ? null : false;
    if (isMbox === true && separates) {
      if (count > 0) yield { id: `${id}:${count}`, raw: collected.bytes() };
      count += 1;
      collected = new Collected();
    } else {
      collected.add(isMbox === true && quotedFrom.test(line.toString('latin1', 0, 40)) ? line.subarray(1) : line);
    }
    blankBefore = isBlank(line);
  }
  const raw = collected.bytes();
  if (isMbox !== true || count > 0) yield { id: count > 1 ? `${id}:${count}` : id, raw };
}

/** RFC 4155: sender and date, in the form of asctime. A sentence that begins with the word is none. */
const separator = /^From .{1,200}\d{1,2}:\d{2}(?::\d{2})?\b.{0,60}\d{4}/;
/** Writers of an mbox put `>` before a line of the text that begins like a separator. */
const quotedFrom = /^>+From /;

function nameOf(path: string): string {
  // A Maildir writes its flags behind a colon (`…:2,S`).
  const name = basename(path).replace(/:2,\w*$/, '');
  return /^\.(eml|mbox|msg|txt|mail)$/i.test(extname(name)) ? name.slice(0, -extname(name).length) : name;
}

const isBlank = (line: Buffer): boolean => line.length <= 2 && line.toString('latin1').trim() === '';

/** The lines of a stream with their ends. A line longer than a whole message may be comes in pieces. */
async function* linesOf(input: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = rest.length === 0 ? Buffer.from(chunk as Uint8Array) : Buffer.concat([rest, chunk as Uint8Array]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end + 1);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > mostBytes) {
      yield rest;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield rest;
}

/** Octets of one message up to the bound. */
class Collected {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  add(line: Buffer): void {
    const room = mostBytes - this.#length;
    if (room <= 0) return;
    // A copy: a line is a view of the chunk that it came in.
    this.#pieces.push(Buffer.from(line.subarray(0, room)));
    this.#length += Math.min(line.length, room);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}
