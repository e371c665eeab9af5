// From a stream of octets to sealed chunks in the ledger. Promises: never a file of the system, never more than
// three chunks in memory, and a stream that breaks off leaves nothing.
import { createHash, randomBytes } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';
import { campaignIdFrom } from '../domain/ids.ts';
import { innerChunk, lastChunk } from '../ledger/bound-cells.ts';
import { recordEvent } from '../ledger/events.ts';
import { beginUpload, deleteUpload, finishReceiving, putChunk } from '../ledger/uploads.ts';
import type { LedgerContext } from './context.ts';

/** Octets sealed at a time. */
const chunkOctets = 262_144;
/** A file of ten million rows; whoever has more has several files. */
export const largestUpload = 1_073_741_824;

export interface UploadRequest {
  readonly octets: AsyncIterable<Uint8Array>;
  readonly fileName: string;
  readonly kit: string;
  readonly actor: string;
}

/** Takes a file; answers the upload's id once all of it is committed. Throws `upload-too-large`, `file-empty`, or what the stream throws. */
export async function receiveUpload(context: LedgerContext, request: UploadRequest): Promise<string> {
  const { database, keyring } = context;
  const id = campaignIdFrom(randomBytes(8));
  const uploadNo = await beginUpload(database, {
    id,
    kit: request.kit,
    actor: request.actor,
    nameSealed: keyring.seal('upload.name_sealed', id, shownName(request.fileName)),
  });
  try {
    const hash = createHash('sha256');
    let octets = 0;
    let seq = 0;
    // One is held back, because the last one is sealed as such: a file that was cut is told.
    let held: Buffer | null = null;
    const put = async (chunk: Buffer, isLast: boolean): Promise<void> => {
      const row = isLast ? lastChunk(id, seq) : innerChunk(id, seq);
      await putChunk(database, uploadNo, seq, keyring.seal('upload_chunk.sealed', row, chunk));
      seq += 1;
    };
    for await (const chunk of inChunks(request.octets)) {
      hash.update(chunk);
      octets += chunk.length;
      if (octets > largestUpload) throw new CandorError('upload-too-large');
      if (held !== null) await put(held, false);
      held = chunk;
    }
    if (held === null) throw new CandorError('file-empty');
    await put(held, true);
    await finishReceiving(database, uploadNo, { octets, sha256: hash.digest('hex') });
    await recordEvent(database, {
      campaignNo: null,
      actor: request.actor,
      kind: 'upload-received',
      data: { upload: id, octets },
    });
    return id;
  } catch (error) {
    // What a kill leaves here, the sweep finds.
    await deleteUpload(database, uploadNo).catch(() => undefined);
    throw error;
  }
}

async function* inChunks(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of octets) {
    parts.push(part);
    length += part.length;
    while (length >= chunkOctets) {
      const whole = Buffer.concat(parts);
      yield whole.subarray(0, chunkOctets);
      parts = [whole.subarray(chunkOctets)];
      length -= chunkOctets;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** A file's own name, without folders and control characters. */
function shownName(name: string): string {
  const own = (name.split(/[/\\]/).at(-1) ?? '').replace(/[\p{Cc}\p{Cf}]+/gu, '').trim();
  return own === '' ? 'recipients.csv' : own.slice(0, 200);
}
