// What lets a ledger be vouched for as it stands: that it comes from an earlier version, which vouched for nothing. Whoever
// can write to the database can say of any ledger that it was never bound; without the ticket nobody believes it.
import { randomBytes } from 'node:crypto';
import { recordChanged } from './bound-notices.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';

const name = 'ledger/upgrade';

/** Issues the ticket, under CANDOR_KEY: in the transaction that brings the schema of an earlier version up to date. */
export async function issueTicket(tx: Queryable, keyring: Keyring): Promise<void> {
  await tx.query({
    text: 'insert into candor.data_key (name, wrapped) values ($1, $2) on conflict do nothing',
    values: [name, keyring.wrap(name, randomBytes(32))],
  });
}

/** Throws `record-changed` for a ledger with something in it, and no ticket. */
export async function expectTicket(on: Queryable, keyring: Keyring): Promise<void> {
  const { rows } = await on.query<{ used: boolean; wrapped: Buffer | null }>({
    text: `select (select wrapped from candor.data_key where name = $1) as wrapped,
                  exists (select from candor.campaign) or exists (select from candor.relay_pace) or exists (select from candor.upload)
                    or exists (select from candor.inbox_letter) as used`,
    values: [name],
  });
  const { used = true, wrapped = null } = rows[0] ?? {};
  if (!used || opens(keyring, wrapped)) return;
  throw recordChanged(null, {
    table: 'ledger_identity',
    row: 'bound_at',
    found: 'it says that nothing was bound yet, and nothing shows that this ledger is of an earlier version',
  });
}

function opens(keyring: Keyring, wrapped: Buffer | null): boolean {
  try {
    return wrapped !== null && keyring.unwrap(name, wrapped).length > 0;
  } catch {
    return false;
  }
}

/** From now on everything in the ledger has to be vouched for. In the transaction that ends an upgrade. */
export async function markBound(tx: Queryable): Promise<void> {
  for (const [table, column] of [
    ['notice', 'mac'],
    ['former_address', 'mac'],
    ['letter', 'mac'],
    ['relay_pace', 'limit_mac'],
    ['domain_pace', 'limit_mac'],
  ])
    await tx.query({ text: `alter table candor.${table} alter column ${column} set not null` });
  await tx.query({ text: 'update candor.ledger_identity set bound_at = clock_timestamp()' });
  await tx.query({ text: 'delete from candor.data_key where name = $1', values: [name] });
}
