// Exchanges the wrapping key of a ledger: its keys are wrapped anew, nothing is sealed anew.
import { CandorError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import { recordEvent } from './events.ts';
import type { Keyring } from './keyring.ts';

/**
 * Wraps every key of the ledger under another CANDOR_KEY, in one transaction; answers how many. Until it commits, `from` is the
 * ledger's key, and from then on `to` is, for every process. Throws `ledger-in-use` while somebody works, because their
 * keyring would not open what comes after; `key-wrong`; `record-changed` when a key is not as it was wrapped.
 */
export async function rotateKey(database: Database, from: Keyring, to: Keyring, actor: string): Promise<number> {
  return database.transaction(async (tx) => {
    // An import holds it shared until it has committed its campaign's key; a restore writes it.
    const { rows: identity } = await tx.query<{ key_check: Buffer }>({
      text: 'select key_check from candor.ledger_identity for update',
    });
    if (identity[0]?.key_check.equals(from.checkValue) !== true)
      throw new CandorError('key-wrong', { place: from.place, what: 'this ledger' });
    await tx.query({ text: 'lock table candor.lease in share row exclusive mode' });
    const { rows: leases } = await tx.query<{ workers: number }>({
      text: 'select count(*) as workers from candor.lease where expires_at > clock_timestamp()',
    });
    if (leases[0]?.workers !== 0) throw new CandorError('ledger-in-use');
    const { rows: keys } = await tx.query<{ name: string; wrapped: Buffer }>({
      text: 'select name, wrapped from candor.data_key order by name for update',
    });
    const rewrapped = keys.map(({ name, wrapped }) => {
      try {
        return to.wrap(name, from.unwrap(name, wrapped));
      } catch (cause) {
        throw new CandorError(
          'record-changed',
          { what: `data_key, ${name}: it was changed, or is that of another` },
          { cause },
        );
      }
    });
    await tx.query({
      text: `update candor.data_key k set wrapped = w.wrapped from unnest($1::text[], $2::bytea[]) as w (name, wrapped) where k.name = w.name`,
      values: [keys.map(({ name }) => name), rewrapped],
    });
    await tx.query({ text: 'update candor.ledger_identity set key_check = $1', values: [to.checkValue] });
    await recordEvent(tx, { campaignNo: null, actor, kind: 'key-rotated', data: { keys: keys.length } });
    return keys.length;
  });
}
