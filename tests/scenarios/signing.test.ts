// DKIM, for relays that do not sign: what was frozen at the launch is what every letter carries, or it does not go.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { publicRecordOf, type SigningKey } from '../../src/domain/signing-key.ts';
import { areWellSigned } from '../support/dkim-judge.ts';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import type { AcceptedLetter } from '../support/relay-record.ts';
import { codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const key: SigningKey = {
  domain: 'example.com',
  selector: 'candor',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const signing = { DKIM_SELECTOR: 'candor', DKIM_KEY: pem, LOG_LEVEL: 'trace' };
const dns = { name: 'candor._domainkey.example.com', record: publicRecordOf(key) };

/** To whom those letters went that the other program does not find good. */
function notWellSigned(letters: readonly AcceptedLetter[]): string[] {
  const good = areWellSigned(
    letters.map(({ raw }) => raw),
    dns,
  );
  return letters.filter((_, nth) => good[nth] !== true).map(({ to }) => to);
}

test('every letter is signed, so that another program finds it good, and the key is kept nowhere', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, settings: signing });
  const everybody = people(30);

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect(notWellSigned(relay.record.letters)).toEqual([]);
  const { rows } = await site
    .ledger()
    .query<{ signature_name: string }>({ text: 'select signature_name from candor.campaign' });
  expect(rows).toEqual([{ signature_name: dns.name }]);
  const secret = pem.split('\n')[1] ?? '';
  expect(ended.stderr + ended.stdout).not.toContain(secret);
});

test('nobody without the key of the launch sends a letter: it is held, and goes on signed', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, settings: signing });
  const everybody = people(12);
  const { campaign } = (await site.send(world.file(everybody), '--detach')).summary;
  const without = site.with({ DKIM_SELECTOR: '', DKIM_KEY: '' });
  const other = site.with({ DKIM_SELECTOR: 'other' });

  expect(codeOf(await without.run('resume', campaign))).toBe('signing-key-missing');
  expect(codeOf(await other.run('resume', campaign))).toBe('signing-key-missing');
  const worker = await without.worker();
  await eventually(
    async () =>
      expect((await without.run('status', campaign)).summary).toMatchObject({
        state: 'held',
        reason: { code: 'signing-key-missing' },
      }),
    { timeoutMs: 30_000 },
  );
  worker.kill('SIGTERM');
  await worker.outcome;
  expect(relay.record.accepted).toBe(0);

  const ended = await site.run('resume', campaign);
  expect(ended.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect(notWellSigned(relay.record.letters)).toEqual([]);
});

test('a campaign that was launched unsigned stays so, and test letters and previews are signed', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay });
  const everybody = people(5);
  const { campaign } = (await site.send(world.file(everybody), '--detach')).summary;
  expect((await site.with(signing).run('resume', campaign)).code).toBe(0);
  expect(relay.record.letters.filter((letter) => letter.headers.has('dkim-signature'))).toEqual([]);

  const tested = await site
    .with(signing)
    .run('preview', 'templates/mixpanel-2025-11', '--out', `${world.folder}/preview`, '--to', 'me@example.com');
  expect(tested.code).toBe(0);
  const letters = relay.record.letters.slice(everybody.length);
  expect(notWellSigned(letters)).toEqual([]);
  expect(letters.length).toBeGreaterThan(0);
});
