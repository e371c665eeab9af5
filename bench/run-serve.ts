// Runs `candor serve` and launches a campaign in it as a script would: sign-in, token, upload, launch, all over HTTP. The
// server imports and sends by itself, so its peak is that of everything at once.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { csrfTokenOf } from '../src/web/frame.ts';
import { eventually } from '../tests/support/eventually.ts';
import { kitName } from './bench-letter.ts';
import { install, type InstallationOptions } from './installation.ts';
import { watchProcess } from './process-usage.ts';
import { startProgram } from './start-program.ts';

export interface ServeRun extends InstallationOptions {
  readonly notices: number;
  readonly recipients: string;
}

interface Launch {
  readonly version: number;
  readonly notices: number | null;
  readonly campaign: string | null;
  readonly launching: { readonly problem: { readonly code: string } | null } | null;
}

const password = 'four unrelated words here';
const patienceMs = 3_600_000;

/** The server's peak memory in megabytes. Throws when not every notice was accepted. */
export async function runServe(run: ServeRun): Promise<number> {
  const installation = await install(run);
  const program = startProgram(['serve', '--json'], { ...installation.env, PORT: '0', LOG_LEVEL: 'error' });
  try {
    const watch = watchProcess(program.pid);
    const { signIn } = JSON.parse(await program.firstLine) as { signIn: string };
    const ask = await tokenFor(signIn);
    const sent = await ask<{ id: string }>(`/api/uploads?kit=${kitName}`, 'POST', createReadStream(run.recipients));
    const launch = `/api/uploads/${sent.id}/launch`;
    const offered = await until(
      () => ask<Launch>(launch),
      (one) => one.notices !== null,
    );
    const { version, notices } = offered;
    const confirmed = { version, notices, invalid: true, missing: true, again: true };
    await ask(launch, 'POST', JSON.stringify(confirmed));
    const { campaign, launching } = await until(
      () => ask<Launch>(launch),
      (one) => one.campaign !== null || (one.launching?.problem ?? null) !== null,
    );
    if (campaign === null) throw new Error(`candor serve refused the launch: ${String(launching?.problem?.code)}`);
    const { summary } = await until(
      () => ask<{ summary: { state: string; states: { accepted: number } } }>(`/api/campaigns/${campaign}`),
      ({ summary }) => summary.state !== 'running',
    );
    if (summary.states.accepted !== run.notices)
      throw new Error(`candor serve: ${summary.states.accepted} of ${run.notices} notices were accepted`);
    return watch.stop().peakMb;
  } finally {
    program.stop();
    await program.outcome;
    await installation.close();
  }
}

async function until<Answer>(ask: () => Promise<Answer>, enough: (answer: Answer) => boolean): Promise<Answer> {
  return eventually(
    async () => {
      const answer = await ask();
      return enough(answer) ? answer : Promise.reject(new Error(`not yet: ${JSON.stringify(answer)}`));
    },
    { timeoutMs: patienceMs },
  );
}

type Ask = <Answer>(path: string, method?: string, body?: string | Readable) => Promise<Answer>;

/** Sets the first password, makes a token, and answers a caller of the API. */
async function tokenFor(signIn: string): Promise<Ask> {
  const link = new URL(signIn);
  const form = (path: string, fields: Record<string, string>, cookie = ''): Promise<Response> =>
    fetch(new URL(path, link), {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  const token = link.searchParams.get('token') ?? '';
  const first = await form('/first-password', { token, name: 'Robin', password, again: password });
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const csrf = csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1));
  const made = await form('/account/tokens', { token: 'bench', days: '30', csrf }, cookie);
  const secret = /candor_[\w-]{43}/.exec(await made.text())?.[0] ?? '';
  return async <Answer>(path: string, method = 'GET', body?: string | Readable) => {
    const answer = await fetch(new URL(path, link), {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'application/json' : 'text/csv' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Readable.toWeb(body), duplex: 'half' }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
}
