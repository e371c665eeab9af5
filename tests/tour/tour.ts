// The way of a response team through the console, in a real browser, from the first password to the re-send of
// what failed. Every step waits for what a person would see next, so a page that does not come ends it. `look` is
// called on every page: the browser test judges it, the screenshots keep it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TestRelay } from '../support/relay.ts';
import type { Step } from '../support/relay-script.ts';

export interface TourParts {
  readonly page: Page;
  /** The link that sets the first password. */
  readonly signInUrl: string;
  readonly url: string;
  readonly relay: TestRelay;
  /** For the recipient file. */
  readonly folder: string;
  readonly look: (name: string, page: Page) => Promise<void>;
}

/** Recipients by what the relay says to them. */
const refusing: readonly Step[] = [
  {
    stage: 'rcpt',
    when: { to: /^nobody/ },
    do: 'reply',
    reply: '550 5.1.1 <{to}>: Recipient address rejected: User unknown',
  },
  { stage: 'rcpt', when: { to: /^closed/ }, do: 'reply', reply: '554 5.7.1 Rejected by local rule 42' },
  {
    stage: 'rcpt',
    when: { to: /^full/ },
    do: 'reply',
    reply: '452 4.2.2 The mailbox is over quota <script>alert(1)</script>',
  },
];
const senderRefused: Step = {
  stage: 'mail',
  do: 'reply',
  reply: '553 5.7.1 Sender address rejected: not owned by user',
};

/** Notices of the file: 116 people, of whom six, three and two are refused, and one row in two too many is invalid. */
export const tourNotices = 116;

function recipients(): string {
  const locales = ['en', 'es', 'id', 'pt-BR'] as const;
  const named = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, nth) => `${name}${nth}@example.org`);
  const addresses = [...named('nobody', 6), ...named('closed', 3), ...named('full', 2), ...named('reader', 105)];
  const rows = addresses.map((address, nth) =>
    [
      address,
      nth % 3 === 1 ? 'chatgpt' : 'api',
      locales[nth % 4],
      nth % 2 === 0 ? 'Valencia' : '',
      'Firefox',
      `Person ${nth}`,
    ].join(';'),
  );
  const again = ['reader7@example.org;api;en;;;', 'READER8@example.org;api;en;;;', 'reader4@example.org;api;en;;;'];
  const invalid = [
    '<script>alert(1)</script>;api;en;;;',
    'two@example.com, more@example.com;api;en;;;',
    'reader1@example.net;perhaps;en;;;',
    '=cmd()@example.net@x;api;en;;;',
  ];
  return ['Contact;Kind;Language;City;Browser;Name', ...rows, ...again, ...invalid, ''].join('\n');
}

const password = 'four unrelated words here';

/** Walks the whole way. Throws when something that should be seen does not come. */
export async function walk(parts: TourParts): Promise<void> {
  const { page, relay, look } = parts;
  // A busy machine is slow, not wrong.
  page.setDefaultTimeout(90_000);
  relay.setScript(refusing);
  const heading = (text: RegExp | string): Promise<void> => page.getByRole('heading', { name: text }).first().waitFor();
  const press = (name: RegExp | string): Promise<void> => page.getByRole('button', { name }).first().click();
  const follow = (name: RegExp | string): Promise<void> => page.getByRole('link', { name }).first().click();
  const fill = (label: RegExp | string, value: string): Promise<void> =>
    page.getByLabel(label, { exact: typeof label === 'string' }).fill(value);

  await page.goto(parts.signInUrl);
  await heading('Welcome to Candor');
  await fill('Name', 'Robin');
  await fill('Password', password);
  await fill('The same password again', 'four other words here');
  await press('Set the password and sign in');
  await page.getByText('There is a problem').waitFor();
  await look('first-password', page);
  await fill('Password', password);
  await fill('The same password again', password);
  await press('Set the password and sign in');
  await heading('No campaign yet');
  await look('start', page);

  await chooseFile(parts, heading, press, follow);
  await lookAtLetters(parts, heading, press, follow, fill);
  await launch(parts, heading, press, follow, fill);
  await watch(parts, heading, press, fill);
  await resend(parts, heading, press, follow, fill);

  await page.goto(`${parts.url}/nothing-here`);
  await look('unknown-page', page);
  await page.goto(`${parts.url}/api/docs`);
  await look('api', page);
  await page.goto(`${parts.url}/account`);
  await fill('What is the token for?', 'Prometheus');
  await press('Make a token');
  await heading('The new token');
  await look('account', page);
  await press('Sign out');
  await heading('Sign in');
  await look('sign-in', page);
}

type Heading = (text: RegExp | string) => Promise<void>;
type Press = (name: RegExp | string) => Promise<void>;
type Fill = (label: RegExp | string, value: string) => Promise<void>;

async function chooseFile(
  { page, folder, look }: TourParts,
  heading: Heading,
  press: Press,
  follow: Press,
): Promise<void> {
  const path = join(folder, 'recipients of the incident.csv');
  writeFileSync(path, recipients());
  await follow('Upload the recipients');
  await heading('Upload the recipients');
  await look('upload', page);
  await page.getByLabel('Recipient file').setInputFiles(path);
  await press('Upload and check');
  await heading('This file cannot be used');
  await look('columns', page);
  await page.getByLabel('Email address').selectOption('Contact');
  await page.getByLabel('Audience: affected or unaffected').selectOption('Kind');
  await press('Read the file again with these columns');
  await page.getByText(`${tourNotices} people`).first().waitFor();
  await look('account-of-the-file', page);
  await follow('See them in the rows');
  await heading('4 invalid rows');
  await look('problems', page);
  await page.goBack();
}

async function lookAtLetters(
  { page, relay, look }: TourParts,
  heading: Heading,
  press: Press,
  follow: Press,
  fill: Fill,
): Promise<void> {
  await follow('Look at the letters');
  await heading('What each group will read');
  await look('letters', page);
  await page.getByRole('article').getByRole('link').first().click();
  await page.locator('iframe.letter').waitFor();
  await look('letter-desktop', page);
  for (const view of ['Phone', 'Dark', 'Text', 'Source']) {
    await follow(view);
    await page.locator(`nav.tabs a[aria-current]:text-is("${view}")`).waitFor();
    await look(`letter-${view.toLowerCase()}`, page);
  }
  await follow('← All letters');
  await fill('Row number in your spreadsheet', '14');
  await press('Show its letter');
  await page.locator('iframe.letter').waitFor();
  await look('letter-of-a-row', page);
  await page.goBack();
  await fill('Your address', 'robin@example.com');
  await page.getByLabel('Which letter?').selectOption({ index: 1 });
  await press('Send the test');
  await page.getByText('1 test letter was accepted').waitFor();
  const [test] = relay.record.letters;
  if (test?.to !== 'robin@example.com') throw new Error('the test letter did not come');
}

async function launch(
  { page, look }: TourParts,
  heading: Heading,
  press: Press,
  follow: Press,
  fill: Fill,
): Promise<void> {
  await follow('Go on to the launch');
  await heading('What will happen');
  await look('launch', page);
  await page.getByText('Rate, first letters, start').click();
  await fill('Letters per second', '12');
  await fill('Only the first so many, then wait for my yes', '5');
  // Without scripts the button is never locked: the server says what is missing.
  await page.evaluate('document.getElementById("launch-form").submit()');
  await page.getByText('There is a problem').waitFor();
  await look('launch-problems', page);
  await page.getByLabel(/invalid rows get/).check();
  await page.getByLabel(/The file has no column/).check();
  await fill(/Type the number of notices/, String(tourNotices));
  await page.getByText('Rate, first letters, start').click();
  await press(/^Tell 116 people/);
  await heading('The first letters are out. Go on?');
}

async function watch({ page, relay, look }: TourParts, heading: Heading, press: Press, fill: Fill): Promise<void> {
  await look('canary', page);
  await press('Yes, tell the rest');
  await page.locator('[data-campaign-state=running]').waitFor();
  await page.getByText(/ settled: (?:[2-9]\d|1\d\d) of 116/).waitFor();
  await look('running', page);
  await press('Pause');
  await page.getByText(/^Paused: \d+ accepted, \d+ on the wire/).waitFor();
  await look('paused', page);
  await page.getByRole('link', { name: 'Cancel it…' }).click();
  await heading('Cancel this campaign?');
  await look('cancel', page);
  await page.getByRole('link', { name: 'Back' }).click();
  await page.locator('[data-campaign-state=paused]').waitFor();
  const before = relay.record.letters.length;
  relay.setScript([...refusing, senderRefused]);
  await press('Go on');
  await heading('When it is mended');
  await page.getByText('Held: sender-refused').waitFor();
  await look('held', page);
  if (relay.record.letters.length !== before) throw new Error('something was accepted although the sender was refused');
  // A busy machine is slow, not wrong.
  page.setDefaultTimeout(90_000);
  relay.setScript(refusing);
  await fill('Letters per second', '100');
  await press('Change the rate');
  await page.getByText('rate is now 100 a second').waitFor();
  await press('Go on');
  await page.locator('[data-campaign-state=finished]').waitFor();
  await page.reload();
  await look('finished', page);
}

async function resend(
  { page, url, relay, look }: TourParts,
  heading: Heading,
  press: Press,
  follow: Press,
  fill: Fill,
): Promise<void> {
  const campaign = new URL(page.url()).pathname;
  await follow('Re-send');
  await heading('Not accepted, and why');
  await look('re-send', page);
  await page.getByRole('link', { name: 'Look at them' }).first().click();
  await heading('Notices');
  await look('notices', page);
  await page.getByRole('link', { name: /^Row / }).first().click();
  await heading('1 attempt');
  await fill('Correct the address', 'reader5@example.org');
  await press('Correct it');
  await page.getByText('nobody gets two').first().waitFor();
  await look('notice', page);
  await fill('Correct the address', 'mended@example.org');
  await press('Correct it');
  await page.getByText('The address is corrected').waitFor();
  relay.setScript([]);
  await follow('Re-send this notice…');
  await heading('Re-send 1 notice?');
  await press('Re-send 1 notice');
  await page.waitForURL(/done=resent&n=1$/);
  await page.locator('[data-campaign-state=finished]').waitFor();
  await page.goto(`${url}${campaign}/resend`);
  await follow(/^Re-send all 10/);
  await heading('Re-send 10 notices?');
  await look('re-send-confirm', page);
  await press('Re-send 10 notices');
  await page.locator('[data-campaign-state=finished]').waitFor();
  await page.getByText('116 of 116 notices').first().waitFor();

  await page.goto(`${url}${campaign}/other-channel`);
  await heading('Who needs another channel');
  await look('another-channel', page);
  await page.goto(`${url}${campaign}/export`);
  await look('export', page);
  const coming = page.waitForEvent('download');
  await press('Download');
  if (!(await coming).suggestedFilename().endsWith('.zip')) throw new Error('the record is no ZIP file');
  await follow('Search');
  await fill('Address', 'NOBODY0@example.org');
  await press('Search');
  await page.getByText('The address was corrected since').waitFor();
  await look('search', page);
}
