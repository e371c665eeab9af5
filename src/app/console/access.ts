// Sign-in for the console: passwords by scrypt, secrets as digests. Promises: an unknown name takes as long as
// a wrong password, and no more than two passwords are hashed at a time, because one takes 128 MB; of those who
// sign in no more than sixty wait for that, two of one address (sign-in-throttle.ts), those of an address with fewer failures
// first, so that a flood of guesses from forty addresses does not shut a right password out.
import { createHash, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { CandorError } from '../../domain/errors.ts';
import { passwordProblem } from '../../domain/password.ts';
import type { Database } from '../../ledger/database.ts';
import { countEvent, recordEvent } from '../../ledger/events.ts';
import {
  endSession,
  endSessions,
  findOperator,
  listOperators,
  listTokens,
  putFirstOperator,
  putOperator,
  putToken,
  readConsoleName,
  readSession,
  readToken,
  removeOperator,
  removeToken,
  startSession,
} from '../../ledger/operators.ts';
import type { AccessPort } from '../../web/ports/access.ts';

/**
 * N of scrypt, and how often it runs over itself (p): of those that OWASP calls equally strong (Password Storage Cheat Sheet,
 * 2024) one that takes 32 MB. N = 2^17 with p = 1 takes 128: two at a time were more than all else of the process.
 */
const costByDefault = 2 ** 15;
const passes = 3;
const together = 2;
const mostWaiting = 60;

/** @param cost N of scrypt; a test takes less than the default */
export function openAccess(database: Database, cost = costByDefault): AccessPort {
  const hashing = queueOf(together);
  const hash = (password: string): Promise<string> => hashing(() => hashPassword(password, cost));
  const event = (kind: string, actor: string, data = {}): Promise<void> =>
    recordEvent(database, { campaignNo: null, actor, kind, data });
  // What was typed as a name may be a password, so only an operator's is kept.
  const refused = (kind: string, known: { name: string } | null, from: string): Promise<void> =>
    countEvent(database, { campaignNo: null, actor: known?.name ?? 'console', kind, addresses: 0, data: { from } });
  // What an unknown name is compared with.
  const nobody = hash(randomBytes(16).toString('hex'));
  nobody.catch(() => undefined);
  return {
    ownName: async () => `${await readConsoleName(database)}.localhost`,
    anyOperator: async () => (await listOperators(database)).length > 0,
    operators: async () => (await listOperators(database)).map(({ operatorNo, name }) => ({ id: operatorNo, name })),
    find: async (name) => asOperator(await findOperator(database, name)),
    passwordProblem,
    async first(name, password) {
      const hashed = await hash(password);
      return database.transaction(async (tx) => {
        const made = await putFirstOperator(tx, name, hashed);
        if (made === null) return null;
        await recordEvent(tx, { campaignNo: null, actor: name, kind: 'operator-added', data: { name, first: true } });
        return { id: made.operatorNo, name: made.name };
      });
    },
    async setPassword(name, password, actor) {
      const hashed = await hash(password);
      return database.transaction(async (tx) => {
        const known = await findOperator(tx, name);
        const made = await putOperator(tx, name, hashed);
        await endSessions(tx, made.operatorNo, null);
        await recordEvent(tx, {
          campaignNo: null,
          actor,
          kind: known === null ? 'operator-added' : 'password-changed',
          data: { name: made.name },
        });
        return { id: made.operatorNo, name: made.name };
      });
    },
    async check(name, password, { address: from, failures }) {
      const known = await findOperator(database, name);
      const right = await hashing(async () => verify(password, known?.password ?? (await nobody)), {
        most: mostWaiting,
        rank: failures,
      });
      if (known === null || !right) {
        await refused('sign-in-refused', known, from);
        return null;
      }
      await event('signed-in', known.name, { from });
      return { id: known.operatorNo, name: known.name };
    },
    throttled: async (name, from) => refused('sign-in-throttled', await findOperator(database, name), from),
    async removeOperator(id, actor) {
      const removed = await removeOperator(database, id);
      if (removed) await event('operator-removed', actor, { operator: id });
      return removed;
    },
    async startSession(id) {
      const secret = randomBytes(32).toString('base64url');
      await startSession(database, digestOf(secret), id);
      return secret;
    },
    session: async (secret) => asOperator(await readSession(database, digestOf(secret))),
    sessionLives: async (secret) => (await readSession(database, digestOf(secret), { keepAlive: false })) !== null,
    async endSession(secret) {
      const operator = await readSession(database, digestOf(secret), { keepAlive: false });
      await endSession(database, digestOf(secret));
      if (operator !== null) await event('signed-out', operator.name);
    },
    async endOtherSessions(id, secret) {
      const ended = await endSessions(database, id, digestOf(secret));
      const operator = await readSession(database, digestOf(secret), { keepAlive: false });
      if (operator !== null) await event('sessions-ended', operator.name, { sessions: ended });
      return ended;
    },
    tokens: async () => (await listTokens(database)).map(({ tokenNo, ...token }) => ({ id: tokenNo, ...token })),
    async makeToken(operator, name, days) {
      const secret = `candor_${randomBytes(32).toString('base64url')}`;
      await putToken(database, { digest: digestOf(secret), operatorNo: operator.id, name, days });
      await event('token-made', operator.name, { name, days });
      return secret;
    },
    async revokeToken(id, actor) {
      const removed = await removeToken(database, id);
      if (removed) await event('token-revoked', actor, { token: id });
      return removed;
    },
    byToken: async (secret) => asOperator(await readToken(database, digestOf(secret))),
  };
}

function asOperator(found: { operatorNo: number; name: string } | null): { id: number; name: string } | null {
  return found === null ? null : { id: found.operatorNo, name: found.name };
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

async function hashPassword(password: string, cost: number): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, { N: cost, r: 8, p: passes });
  return `scrypt$${cost}$8$${passes}$${salt.toString('base64')}$${key.toString('base64')}`;
}

async function verify(password: string, stored: string): Promise<boolean> {
  const [, cost, r, p, salt = '', key = ''] = stored.split('$');
  const expected = Buffer.from(key, 'base64');
  const found = await derive(password, Buffer.from(salt, 'base64'), { N: Number(cost), r: Number(r), p: Number(p) });
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function derive(password: string, salt: Buffer, options: ScryptOptions & { N: number; r: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFC'),
      salt,
      32,
      { ...options, maxmem: 256 * options.N * options.r + 1_048_576 },
      (error, key) => (error ? reject(error) : resolve(key)),
    );
  });
}

/**
 * Runs so many at a time; the rest wait, those of a lower rank first. Where more than `most` would wait, the last of the
 * highest rank gets `sign-in-busy` instead: a flood stands behind whoever comes for the first time.
 */
function queueOf(
  count: number,
): <Result>(work: () => Promise<Result>, order?: { most: number; rank: number }) => Promise<Result> {
  let free = count;
  const waiting: { rank: number; go: () => void; refuse: (error: CandorError) => void }[] = [];
  const join = (rank: number, most: number): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const after = waiting.findIndex((one) => one.rank > rank);
      waiting.splice(after < 0 ? waiting.length : after, 0, { rank, go: resolve, refuse: reject });
      if (waiting.length > most) waiting.pop()?.refuse(new CandorError('sign-in-busy'));
    });
  return async (work, { most, rank } = { most: Infinity, rank: 0 }) => {
    if (free > 0) free -= 1;
    else await join(rank, most);
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next.go();
      else free += 1;
    }
  };
}
