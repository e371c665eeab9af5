// The file of an upload as intake reads it: sealed chunks of the ledger, opened one after another.
import { CandorError } from '../domain/errors.ts';
import type { RecipientSource } from '../intake/recipient-source.ts';
import { innerChunk, lastChunk } from '../ledger/bound-cells.ts';
import { readChunks, type Upload } from '../ledger/uploads.ts';
import type { LedgerContext } from './context.ts';

/** Reads as often as needed with the memory of four chunks. A chunk that was changed, moved or cut off throws `seal-broken`. */
export function uploadSource({ database, keyring }: LedgerContext, upload: Upload): RecipientSource {
  const { id, uploadNo } = upload;
  return {
    name: keyring.open('upload.name_sealed', id, upload.nameSealed).toString('utf8'),
    async *open() {
      let seq = 0;
      for (let ahead = await readChunks(database, uploadNo, 0); ahead.length > 0;) {
        const next = await readChunks(database, uploadNo, seq + ahead.length);
        for (const [index, chunk] of ahead.entries()) {
          const isLast = next.length === 0 && index === ahead.length - 1;
          yield keyring.open('upload_chunk.sealed', isLast ? lastChunk(id, seq) : innerChunk(id, seq), chunk);
          seq += 1;
        }
        ahead = next;
      }
      if (seq === 0) throw new CandorError('seal-broken');
    },
  };
}
