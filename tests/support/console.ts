// A console on a free port with what it shows held in memory, and requests as a browser would send them.
import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noCounts } from '../../src/domain/notice-state.ts';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import type { CampaignLine, Letter, WebPorts } from '../../src/web/ports.ts';
import type { LaunchSettings } from '../../src/campaigns/context.ts';
import { openLaunchPort } from '../../src/app/console/launches.ts';
import { openLettersPort } from '../../src/app/console/letters.ts';
import type { CompiledLetter } from '../../src/domain/kit.ts';
import { compileLetters } from '../../src/rendering/compile-letters.ts';
import { openLooksPort } from '../../src/app/console/looks.ts';
import { openMetricsPort } from '../../src/app/console/metrics.ts';
import { openStatusPort } from '../../src/app/console/status.ts';
import { openNoticesPort } from '../../src/app/console/notices.ts';
import { openWatchPort } from '../../src/app/console/watch.ts';
import { openUploadsPort } from '../../src/app/console/uploads.ts';
import { CandorError } from '../../src/domain/errors.ts';
import { loadKit } from '../../src/kits/load-kit.ts';
import { openAccess } from '../../src/app/console/access.ts';
import { csrfTokenOf } from '../../src/web/frame.ts';
import { createServer, type ConsoleServer, type ServerOptions } from '../../src/web/server.ts';
import { createTestLedger, type TestLedger } from './ledger.ts';

/** A campaign that is under way. */
export function summaryOf(change: Partial<CampaignSummary> = {}): CampaignSummary {
  return {
    campaign: 'c-2026-0001',
    state: 'running',
    reason: null,
    rehearsal: true,
    relay: 'inbox',
    rows: 12_480,
    invalid: 31,
    merged: 449,
    conflicts: 3,
    suppressed: 12,
    notices: 12_000,
    states: {
      ...noCounts(),
      accepted: 7_420,
      pending: 3_200,
      queued: 950,
      sending: 50,
      deferred: 240,
      refused: 96,
      failed: 4,
      unconfirmed: 28,
      suppressed: 12,
    },
    attempts: 7_846,
    maybeAccepted: 5,
    seconds: 61.4,
    perSecond: 120.85,
    etaSeconds: 35,
    ratePerSecond: 150,
    throttledPerSecond: null,
    domainLimits: [],
    workers: 1,
    startAt: null,
    restored: null,
    warnings: [],
    kit: { path: '/kits/mixpanel-2025-11', id: 'mixpanel-2025-11', digest: 'd'.repeat(64) },
    except: null,
    ...change,
  };
}

export function lineOf(summary: CampaignSummary, change: Partial<CampaignLine> = {}): CampaignLine {
  const { campaign, state, rehearsal, notices } = summary;
  return {
    campaign,
    state,
    rehearsal,
    notices,
    title: 'Mixpanel incident, November 2025',
    createdAt: new Date('2026-11-22T09:58:00Z'),
    launchedAt: new Date('2026-11-22T10:00:00Z'),
    ...change,
  };
}

export function letterOf(id: number, change: Partial<Letter> = {}): Letter {
  return {
    id,
    receivedAt: new Date(Date.UTC(2026, 10, 22, 10, 0, id % 60)),
    from: '"OpenAI" <notices@example.com>',
    to: `recipient${id}@example.org`,
    subject: 'Your API account is affected by the Mixpanel incident',
    noticeToken: `n${id}`,
    date: new Date('2026-11-22T10:00:00Z'),
    html: `<!doctype html><body style="font-family:sans-serif"><h1>Letter ${id}</h1><p>Your account is affected.</p></body>`,
    text: `Letter ${id}\n\nYour account is affected.`,
    source: `Subject: Your API account is affected\r\n\r\nLetter ${id}`,
    ...change,
  };
}

/** What a console shows; tests change it in place. */
export interface Shown {
  summaries: CampaignSummary[];
  lines: CampaignLine[];
  letters: Letter[];
  ready: boolean;
  /** Thrown by every port when it is set. */
  failure: Error | null;
  /** What every port but the probe waits for before it answers. */
  waits: Promise<void> | null;
}

/** Who signs in. */
export const testOperator = { name: 'Robin', password: 'four unrelated words here' } as const;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestConsole {
  readonly shown: Shown;
  readonly server: ConsoleServer;
  readonly ledger: TestLedger;
  /** Test letters that were handed over: `audience/locale address`. */
  readonly tested: readonly string[];
  readonly url: string;
  /** Where a browser that opens `url` ends up, and has its session. */
  readonly browserUrl: string;
  /** The link that sets the first password. */
  readonly signInUrl: string;
  /** Sends a request as it is given: a path, and headers that win over the usual ones. */
  ask(path: string, headers?: Record<string, string>, method?: string, body?: string | Buffer): Promise<Answer>;
  /** Sends a form as a browser would, with the session's token. */
  submit(path: string, fields: Record<string, string>, cookie: string): Promise<Answer>;
  /** Uploads a file as the form does; `fields` come before it. */
  upload(
    content: string | Buffer,
    cookie: string,
    options?: { fileName?: string; fields?: Record<string, string> },
  ): Promise<Answer>;
  /** Sets the first password, or signs in with it; answers the Cookie header of the session. */
  signIn(): Promise<string>;
  close(): Promise<void>;
}

/** The kit is compiled once for all tests of a file. */
const compiled = new Map<string, Promise<readonly CompiledLetter[]>>();

/** A rehearsal, unless a test says otherwise. */
const launchSettings: LaunchSettings = {
  relayIdentity: 'inbox',
  relayLabel: 'inbox',
  rehearsal: true,
  loopback: true,
  mailFrom: '"OpenAI" <notices@example.com>',
  mailFromAddress: 'notices@example.com',
  envelopeFrom: 'bounce@example.com',
  replyTo: null,
  autoSubmitted: true,
  signingKey: null,
  ratePerSecond: null,
  domainLimits: null,
  retryDelaysMs: [1_000],
  retryRepeatLast: false,
  retryForMs: 60_000,
  unconfirmedPolicy: 'resend',
};

export async function startConsole(
  options: Partial<ServerOptions> & {
    inbox?: boolean;
    real?: boolean;
    kit?: string;
    settings?: Partial<LaunchSettings>;
    expectFitQueue?: () => Promise<void>;
  } = {},
): Promise<TestConsole> {
  const shown: Shown = { summaries: [], lines: [], letters: [], ready: true, failure: null, waits: null };
  const told = async <T>(value: T): Promise<T> => {
    if (shown.waits !== null) await shown.waits;
    if (shown.failure !== null) throw shown.failure;
    return value;
  };
  const newestFirst = (): Letter[] => shown.letters.toSorted((a, b) => b.id - a.id);
  const ledger = await createTestLedger({ max: 4 });
  const kit = options.kit ?? join(fileURLToPath(new URL('../..', import.meta.url)), 'templates/mixpanel-2025-11');
  const uploads = openUploadsPort(
    ledger,
    {
      list: () => Promise.resolve([{ id: 'mixpanel-2025-11', title: 'Mixpanel incident' }]),
      load: (id) =>
        id === 'mixpanel-2025-11' ? loadKit(kit) : Promise.reject(new CandorError('kit-not-found', { path: '' })),
    },
    silentLogger,
  );
  // As the program does it: read from disk each time, compiled once.
  const shelf = {
    load: async () => {
      const loaded = await loadKit(kit);
      compiled.set(loaded.digest, compiled.get(loaded.digest) ?? compileLetters(loaded));
      return { kit: loaded, letters: await compiled.get(loaded.digest)!, path: kit };
    },
  };
  const tested: string[] = [];
  const settings: LaunchSettings = { ...launchSettings, ...options.settings };
  const launches = openLaunchPort(ledger, shelf, settings, silentLogger, options.expectFitQueue);
  const watch = openWatchPort(ledger, { identity: settings.relayIdentity, label: settings.relayLabel }, silentLogger);
  const ports: WebPorts = {
    watch,
    notices: openNoticesPort(ledger, { identity: settings.relayIdentity, label: settings.relayLabel }),
    looks: openLooksPort(ledger),
    launches,
    letters: openLettersPort(ledger, shelf, {
      sender: { from: settings.mailFrom, replyTo: null, autoSubmitted: true, signingKey: null },
      deliver: (all, to) =>
        Promise.resolve(tested.push(...all.map((letter) => `${letter.audience}/${letter.locale} ${to}`)) && all.length),
    }),
    access: openAccess(ledger.database, 2),
    uploads,
    metrics: openMetricsPort(ledger.database, () => ({ open: 3, idle: 1 })),
    status:
      options.real === true
        ? openStatusPort(ledger)
        : {
            held: () =>
              told(
                shown.summaries
                  .filter(({ state }) => state === 'held')
                  .map(({ campaign, reason }) => ({
                    campaign,
                    title: shown.lines.find((line) => line.campaign === campaign)?.title ?? campaign,
                    reason: reason?.code ?? '',
                  })),
              ),
            campaigns: (page) =>
              told(
                shown.lines
                  .slice(
                    page?.before === undefined
                      ? 0
                      : shown.lines.findIndex(({ campaign }) => campaign === page.before) + 1,
                  )
                  .slice(0, page?.limit ?? 100),
              ),
            summary: (campaign) =>
              told(
                (campaign === null
                  ? shown.summaries[0]
                  : shown.summaries.find((summary) => summary.campaign === campaign)) ?? null,
              ),
          },
    inbox:
      options.inbox === false
        ? null
        : {
            count: () => told(shown.letters.length),
            list: ({ before, limit }) =>
              told(
                newestFirst()
                  .filter((letter) => before === undefined || letter.id < before)
                  .slice(0, limit),
              ),
            get: (id) => told(shown.letters.find((letter) => letter.id === id) ?? null),
          },
    ready: () => Promise.resolve({ ok: shown.ready, checks: [{ name: 'ledger', ok: shown.ready }] }),
  };
  const server = createServer(ports, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    trustProxy: false,
    logger: silentLogger,
    clock: systemClock,
    ...options,
  });
  const { url, signInUrl, port, browserUrl } = await server.listen();
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
    sent?: string | Buffer,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // Said by us: for a DELETE node would send the body without its length.
      const length: Record<string, string> =
        sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) };
      const asked = request(
        { host: '127.0.0.1', port, path, method, headers: { ...length, ...headers }, agent: false },
        (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
        },
      );
      asked.on('error', reject);
      asked.end(sent);
    });
  const form = (fields: Record<string, string>): [Record<string, string>, string] => {
    const body = new URLSearchParams(fields).toString();
    return [
      { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) },
      body,
    ];
  };
  const signIn = async (): Promise<string> => {
    const token = new URL(signInUrl).searchParams.get('token') ?? '';
    const first = !(await ports.access.anyOperator());
    const [headers, body] = form(
      first
        ? { token, name: testOperator.name, password: testOperator.password, again: testOperator.password }
        : { ...testOperator },
    );
    const answer = await ask(first ? '/first-password' : '/sign-in', headers, 'POST', body);
    return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  };
  const submit = async (path: string, fields: Record<string, string>, cookie: string): Promise<Answer> => {
    const [headers, body] = form({ csrf: csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)), ...fields });
    return ask(path, { ...headers, cookie }, 'POST', body);
  };
  const upload = (
    content: string | Buffer,
    cookie: string,
    { fileName = 'recipients.csv', fields = {} }: { fileName?: string; fields?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const boundary = 'a-boundary-of-the-test';
    const given = Object.entries({
      csrf: csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)),
      kit: 'mixpanel-2025-11',
      ...fields,
    });
    const head = given
      .map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('');
    const body = Buffer.concat([
      Buffer.from(
        `${head}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: text/csv\r\n\r\n`,
      ),
      Buffer.from(content),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    return ask(
      '/uploads',
      { cookie, 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(body.length) },
      'POST',
      body,
    );
  };
  const close = async (): Promise<void> => {
    await server.close();
    watch.close();
    await launches.close();
    await uploads.close();
    await ledger.close();
  };
  return { shown, server, ledger, tested, url, browserUrl, signInUrl, ask, submit, upload, signIn, close };
}
