// What somebody who knows the form of a backup, and not its key, can do to a part of it.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Gzip header with its extra field. */
const headBytes = 105;
const [lengthAt, digestAt] = [37, 41];

/** The parts of a backup. */
export function partsOf(file: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const end = at + headBytes + file.readUInt32BE(at + lengthAt);
    parts.push(file.subarray(at, end));
    at = end;
  }
  return parts;
}

/** The part with its plain text changed, zipped and summed anew; its MAC is the old one. */
export function withPartChanged(part: Buffer, change: (plain: string) => string): Buffer {
  const rest = gzipSync(Buffer.from(change(gunzipSync(part).toString('latin1')), 'latin1')).subarray(10);
  const head = Buffer.from(part.subarray(0, headBytes));
  head.writeUInt32BE(rest.length, lengthAt);
  createHash('sha256').update(rest).digest().copy(head, digestAt);
  return Buffer.concat([head, rest]);
}
