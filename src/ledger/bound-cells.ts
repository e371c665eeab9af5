// What the sealed cells outside of campaigns are bound to, besides their column.

/** A chunk of an upload: its file, its place, and that others follow. */
export function innerChunk(upload: string, seq: number): string {
  return `${upload} ${seq}`;
}

/** The same for the chunk that ends the file: one that was cut off is missed. */
export function lastChunk(upload: string, seq: number): string {
  return `${upload} ${seq} last`;
}

/** An invalid row as it was read. */
export function problemOf(upload: string, row: number): string {
  return `${upload} ${row}`;
}

/** A report, with what it is about: who changes the kit, the audience or the columns behind it has no report any more. */
export function reportOf(upload: {
  readonly id: string;
  readonly version: number;
  readonly kit: string;
  readonly sha256: string | null;
  readonly audience: string | null;
  readonly mapping: Readonly<Record<string, number>>;
  readonly encoding: string | null;
}): string {
  const { id, version, kit, sha256, audience, mapping, encoding } = upload;
  const columns = Object.entries(mapping).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `${id} ${JSON.stringify([version, kit, sha256, audience, columns, encoding])}`;
}

/** A letter of the inbox. */
export function inboxLetterOf(letterId: number, noticeToken: string | null): string {
  return `${letterId} ${noticeToken ?? ''}`;
}
