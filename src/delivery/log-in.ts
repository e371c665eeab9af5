// AUTH (RFC 4954) with PLAIN, LOGIN or CRAM-MD5. One try: a second one with the same password only
// brings the lock-out nearer.
import { createHmac } from 'node:crypto';
import type { ConnectFailure, Reply } from '../domain/delivery-result.ts';
import type { Wire } from './wire.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The commands of each mechanism, in order of preference; each step gets the challenge of the reply before. */
const mechanisms: Readonly<Record<string, readonly ((login: Login, challenge: string) => string)[]>> = {
  PLAIN: [({ user, password }) => `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`],
  LOGIN: [() => 'AUTH LOGIN', ({ user }) => base64(user), ({ password }) => base64(password)],
  'CRAM-MD5': [
    () => 'AUTH CRAM-MD5',
    ({ user, password }, challenge) =>
      base64(`${user} ${createHmac('md5', password).update(Buffer.from(challenge, 'base64')).digest('hex')}`),
  ],
};

/** Logs in; null when it went well. */
export async function logIn(wire: Wire, offered: readonly string[], login: Login): Promise<ConnectFailure | null> {
  const steps = Object.entries(mechanisms).find(([name]) => offered.includes(name))?.[1];
  if (steps === undefined)
    return {
      stage: 'auth',
      reply: null,
      loss: 'protocol',
      detail: 'the relay offers no way to log in that is known here',
    };
  let last: Reply | null = null;
  for (const step of steps) {
    wire.write(`${step(login, last?.text.slice(4) ?? '')}\r\n`);
    const read = await wire.read();
    if (!read.ok)
      return { stage: 'auth', reply: null, loss: read.loss, detail: 'the relay did not answer to the login' };
    last = read.reply;
    if (last.code !== 334) break;
  }
  return last?.code === 235 ? null : { stage: 'auth', reply: last, loss: null, detail: 'the relay refused the login' };
}
