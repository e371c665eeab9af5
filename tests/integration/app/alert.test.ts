// The webhook that is told of holds and ends, against a real HTTP server and a real ledger.
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAlert } from '../../../src/app/alert.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { createLogger } from '../../../src/runtime/logger.ts';
import { aCampaign, createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let server: Server;
let url: string;
let status = 204;
const told: { method: string | undefined; authorization: string | undefined; body: string }[] = [];
const logged: string[] = [];
const logger = createLogger('warn', { write: (line) => void logged.push(line) });

beforeAll(async () => {
  ledger = await createTestLedger();
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      told.push({ method: request.method, authorization: request.headers.authorization, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook?secret=abc`;
});
afterEach(() => {
  status = 204;
  told.length = 0;
  logged.length = 0;
});
afterAll(async () => {
  server.close();
  await ledger.close();
});

describe('the alert webhook', () => {
  it('is told the campaign, its state, the reason and counts, and nobody’s address', async () => {
    const campaign = await aCampaign(ledger, { notices: 3 });
    await ledger.database.transaction((tx) =>
      moveCampaign(tx, campaign.campaignNo, ['running'], { to: 'held', actor: 'tester', reason: 'relay-auth' }),
    );
    const alert = createAlert(url, ledger.database, logger);
    alert.raise(campaign.campaignNo, 'held');
    await alert.told();
    expect(told).toHaveLength(1);
    expect(told[0]?.method).toBe('POST');
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({
      state: 'held',
      reason: 'relay-auth',
      notices: 3,
      states: { pending: 3 },
    });
    expect(told[0]?.body).not.toContain('@');
    expect(logged).toEqual([]);
  });

  it('is logged in with the user and password of its address', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const alert = createAlert(url.replace('//', '//user:a%23b%C3%A4@'), ledger.database, logger);
    alert.raise(campaign.campaignNo, 'finished');
    await alert.told();
    expect(logged).toEqual([]);
    expect(told[0]?.authorization).toBe(`Basic ${Buffer.from('user:a#bä').toString('base64')}`);
  });

  it.each([
    ['that refuses', () => (status = 500)],
    ['that redirects', () => (status = 302)],
  ])('%s is logged, without its secret address, and is nobody else’s trouble', async (_, prepare) => {
    prepare();
    const campaign = await aCampaign(ledger, { notices: 1 });
    const alert = createAlert(url, ledger.database, logger);
    alert.raise(campaign.campaignNo, 'finished');
    await alert.told();
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain('secret');
  });

  it('that is not there is logged', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const alert = createAlert('http://127.0.0.1:1/hook', ledger.database, logger);
    alert.raise(campaign.campaignNo, 'finished');
    await alert.told();
    expect(logged).toHaveLength(1);
  });

  it('is optional', async () => {
    const alert = createAlert(null, ledger.database, logger);
    alert.raise((await aCampaign(ledger, { notices: 1 })).campaignNo, 'finished');
    await alert.told();
    expect(told).toEqual([]);
  });
});
