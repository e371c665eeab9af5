// A fuzzer that reads the API's document: whatever it sends, no endpoint answers 500, and each answer is what the
// document promises. FUZZ_SEED and FUZZ_SECONDS repeat a run or make it longer.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import type { OpenApiDocument } from '../../../src/web/api/document.ts';
import { apiOf, checked, type Api } from '../../support/api.ts';
import { startConsole, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import { fuzzedRequest } from '../../support/fuzz.ts';
import { aCampaign, aLease, aSettlement, claimSome, someTerms } from '../../support/ledger.ts';
import { randomFrom } from '../../support/random.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 15);

let console: TestConsole;
let cookie: string;
let api: Api;
beforeAll(async () => {
  const { relayIdentity, relayLabel } = someTerms();
  console = await startConsole({ real: true, settings: { relayIdentity, relayLabel } });
  cookie = await console.signIn();
  api = await apiOf(console, cookie);
});
afterAll(() => console.close());

it(
  `finds no 500 and no answer that the document does not promise (seed ${seed})`,
  { timeout: 60_000 + 2_000 * seconds },
  async () => {
    const random = randomFrom(seed);
    const document = JSON.parse((await console.ask('/api/openapi.json', { cookie })).body) as OpenApiDocument;
    const places = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
    const campaigns: string[] = [];
    const uploads: string[] = [];
    const notices: string[] = [];
    const refill = async (): Promise<void> => {
      const campaign = await aCampaign(console.ledger, { notices: 5 });
      campaigns.push(campaign.id);
      const lease = await aLease(console.ledger);
      const claims = await claimSome(console.ledger, campaign.campaignNo, lease, 3);
      await settleAttempts(
        console.ledger.database,
        console.ledger.keyring,
        lease,
        claims.map((claim) =>
          aSettlement(claim, {
            outcome: 'refused',
            state: 'refused',
            reason: 'unknown-mailbox',
            replyCode: 550,
            enhancedCode: '5.1.1',
            rule: 'unknown-mailbox',
          }),
        ),
      );
      notices.push(
        ...(
          await api.call<{ notices: { notice: string }[] }>('GET', `/api/campaigns/${campaign.id}/notices`)
        ).body.notices.map(({ notice }) => notice),
      );
      const made = await api.call<{ id: string }>(
        'POST',
        '/api/uploads?kit=mixpanel-2025-11',
        `email,audience\nsomebody${random.below(1_000)}@example.com,affected\nx,y\n`,
        { 'content-type': 'text/csv' },
      );
      await eventually(async () => (await api.call('GET', `/api/uploads/${made.body.id}`)).body['state'] === 'read', {
        timeoutMs: 30_000,
      });
      uploads.push(made.body.id);
    };
    const answers = new Map<number, number>();
    const until = performance.now() + seconds * 1_000;
    let asked = 0;
    // Every operation at least a few times, however slow the machine; then as many as the time allows.
    for (let round = 0; round < 3 || performance.now() < until; round += 1) {
      if (round % 20 === 0) await refill();
      for (const place of places) {
        const live = place.path.endsWith('/events');
        const known = (name: string): string | undefined =>
          ({
            campaign: live ? undefined : random.pick(campaigns.slice(-3)),
            upload: random.pick(uploads.slice(-3)),
            kit: 'mixpanel-2025-11',
            audience: 'affected',
            locale: 'en',
            row: '2',
            token: '7',
            notice: random.pick(notices.slice(-15)),
            after: random.pick(notices.slice(-15)),
            state: 'refused',
            reason: 'unknown-mailbox',
          })[name];
        const request = fuzzedRequest(document, place, random, known);
        // A live stream of a campaign has no end: only those of nobody are asked for.
        if (live && campaigns.some((id) => request.path.includes(id))) continue;
        const shown = `seed ${seed}, request ${asked}: ${request.method} ${request.path.slice(0, 300)} ${JSON.stringify(request.headers).slice(0, 300)} ${String(request.body).slice(0, 300)}`;
        const who: Record<string, string> = random.below(40) === 0 ? {} : { authorization: `Bearer ${api.token}` };
        const answer = await console
          .ask(request.path, { ...who, ...request.headers }, request.method, request.body)
          .catch((error: unknown) => {
            throw new Error(shown, { cause: error });
          });
        asked += 1;
        answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
        expect(answer.status, `${shown} → ${answer.body.slice(0, 300)}`).toBeLessThan(500);
        try {
          if (request.method !== 'HEAD' && !(request.method === 'OPTIONS'))
            checked(console, request.method, request.path, answer);
        } catch (error) {
          throw new Error(`${shown} → ${answer.status} ${answer.body.slice(0, 300)}`, { cause: error });
        }
        // It may have revoked its own token.
        if (answer.status === 401 && 'authorization' in who) api = await apiOf(console, cookie);
      }
    }
    expect((await api.call('GET', '/api/status')).status).toBe(200);
    globalThis.console.info(
      `fuzzed with seed ${seed}: ${asked} requests in ${seconds} s, ${[...answers]
        .toSorted()
        .map(([status, times]) => `${status} × ${times}`)
        .join(', ')}`,
    );
  },
);
