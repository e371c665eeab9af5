// `candor key rotate`: the ledger's keys are wrapped under a new CANDOR_KEY; where the key is a file, the file follows.
import { dropLaidKey, keyIsInFile, layNewKey, parseNewKey, takeLaidKey } from '../config/new-key.ts';
import type { Config } from '../config/read-config.ts';
import { CandorError, isUnreachable } from '../domain/errors.ts';
import { createKeyring } from '../ledger/keyring.ts';
import { rotateKey } from '../ledger/rotating.ts';
import type { OpenLedger } from './open-ledger.ts';

/** What came of it. */
export interface KeyRotated {
  /** Keys that were wrapped anew. */
  readonly keys: number;
  /** The file that holds the new key; null: it is the person's to set. */
  readonly keyFile: string | null;
}

/** Exchanges the key for the given one, or, where the key is a file, for a random one. Throws `new-key-required` and what `rotateKey` throws. */
export async function exchangeKey(
  config: Config,
  { database, keyring }: OpenLedger,
  text: { path: string; text: string } | null,
  actor: string,
): Promise<KeyRotated> {
  const given = text === null ? null : parseNewKey(text.text, text.path);
  if (!keyIsInFile(config)) {
    if (given === null) throw new CandorError('new-key-required');
    return { keys: await rotateKey(database, keyring, createKeyring(given), actor), keyFile: null };
  }
  const key = await layNewKey(config, given);
  let keys: number;
  try {
    keys = await rotateKey(database, keyring, createKeyring(key), actor);
  } catch (error) {
    // Where the answer was lost, the ledger may have taken it: the next start finds out which one fits.
    if (!isUnreachable(error)) await dropLaidKey(config);
    throw error;
  }
  await takeLaidKey(config);
  return { keys, keyFile: keyring.place };
}
