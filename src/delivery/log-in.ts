// AUTH (RFC 4954) with PLAIN, LOGIN or CRAM-MD5. A password is judged once: a second try with the same one only brings the
// lock-out nearer. A mechanism that was not judged (502, 504, 534) makes room for the next.
import { createHmac } from 'node:crypto';
import type { ConnectFailure, Reply } from '../domain/delivery-result.ts';
import type { LoginMechanism } from './relay-config.ts';
import type { Wire } from './wire.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The commands of each mechanism, in order of preference; each step gets the challenge of the reply before. */
const mechanisms: Readonly<Record<LoginMechanism, readonly ((login: Login, challenge: string) => string)[]>> = {
  PLAIN: [({ user, password }) => `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`],
  LOGIN: [() => 'AUTH LOGIN', ({ user }) => base64(user), ({ password }) => base64(password)],
  'CRAM-MD5': [
    () => 'AUTH CRAM-MD5',
    ({ user, password }, challenge) =>
      base64(`${user} ${createHmac('md5', password).update(Buffer.from(challenge, 'base64')).digest('hex')}`),
  ],
};
const known = Object.keys(mechanisms) as LoginMechanism[];
/** Not implemented, not for this command, too weak: about the mechanism, not about the password. */
const notJudged: ReadonlySet<number> = new Set([502, 504, 534]);

/** Logs in, with `chosen` only where it is given; null when it went well. */
export async function logIn(
  wire: Wire,
  offered: readonly string[],
  login: Login,
  chosen?: LoginMechanism,
): Promise<ConnectFailure | null> {
  const usable = known.filter((name) => offered.includes(name) && (chosen === undefined || name === chosen));
  if (usable.length === 0) return { stage: 'auth', reply: null, loss: 'protocol', detail: whyNone(offered, chosen) };
  let told: ConnectFailure | null = null;
  for (const mechanism of usable) {
    const failure = await logInWith(wire, mechanism, login);
    if (failure === null) return null;
    // What says more than "not this way" is worth more to a person, whichever came last.
    if (told === null || failure.reply?.code !== 504) told = failure;
    if (failure.reply === null || !notJudged.has(failure.reply.code)) return failure;
  }
  return told;
}

async function logInWith(wire: Wire, mechanism: LoginMechanism, login: Login): Promise<ConnectFailure | null> {
  let last: Reply | null = null;
  for (const step of mechanisms[mechanism]) {
    wire.write(`${step(login, last?.text.slice(4) ?? '')}\r\n`);
    const read = await wire.read();
    if (!read.ok)
      return { stage: 'auth', reply: null, loss: read.loss, detail: 'the relay did not answer to the login' };
    last = read.reply;
    if (last.code !== 334) break;
  }
  if (last?.code === 235) return null;
  const reply = last === null ? null : { ...last, text: withoutLogin(last.text, login) };
  return { stage: 'auth', reply, loss: null, detail: `the relay refused the login with ${mechanism}` };
}

/** What the relay repeats of the login does not get any further. */
function withoutLogin(text: string, login: Login): string {
  const { user, password } = login;
  const secrets = [password, base64(password), base64(`\0${user}\0${password}`), base64(user), user];
  return secrets
    .filter((secret) => secret.length >= 3)
    .reduce((rest, secret) => rest.replaceAll(secret, '[\u2026]'), text);
}

function whyNone(offered: readonly string[], chosen: LoginMechanism | undefined): string {
  if (offered.length === 0) return 'the relay offers no login';
  const list = offered.slice(0, 10).join(', ').slice(0, 120);
  return chosen === undefined
    ? `the relay offers only ${list} to log in; Candor knows ${known.join(', ')}`
    : `SMTP_AUTH asks for ${chosen}, and the relay offers ${list}`;
}
