// The file of an upload as intake reads it: sealed chunks of the ledger, opened one after another.
import type { RecipientSource } from '../intake/recipient-source.ts';
import { readChunks, type Upload } from '../ledger/uploads.ts';
import type { LedgerContext } from './context.ts';

/** Reads as often as needed with the memory of four chunks. A chunk that was changed throws `seal-broken`. */
export function uploadSource({ database, keyring }: LedgerContext, upload: Upload): RecipientSource {
  return {
    name: keyring.open('upload', upload.nameSealed).toString('utf8'),
    async *open() {
      for (let seq = 0; ; seq += 4) {
        const chunks = await readChunks(database, upload.uploadNo, seq);
        if (chunks.length === 0) return;
        for (const chunk of chunks) yield keyring.open('upload', chunk);
      }
    },
  };
}
