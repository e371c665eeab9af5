// Where a recipient file comes from: a path, or the sealed chunks of an upload. Read as often as needed.
import { openFile } from './open-file.ts';

export interface RecipientSource {
  /** What a report calls the file: a path, or the name that a person uploaded it under. */
  readonly name: string;
  /** The file's octets from the start, each time it is called. A chunk is the reader's to keep. */
  open(): AsyncIterable<Uint8Array>;
}

/** A file on disk, or a pipe, which can be read once. Reading it throws CandorError `file-not-found`. */
export function fileSource(path: string): RecipientSource {
  return { name: path, open: () => openFile(path) };
}
