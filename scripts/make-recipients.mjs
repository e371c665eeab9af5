// Writes synthetic recipient files of any size, the same for the same seed, and says what a correct
// reader must find in them: the numbers are counted while writing, not read back.
//
//   node scripts/make-recipients.mjs ROWS FILE.csv [--seed N] [--clean]
//
// One row in 50 repeats an earlier address in another spelling, one in 400 with the other audience, and
// one in 200 is invalid. --clean leaves out the invalid rows. Reserved domains only.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

export const header = [
  'email',
  'audience',
  'name',
  'locale',
  'organization_id',
  'user_id',
  'city',
  'region',
  'country',
  'os',
  'browser',
  'referrer',
  'signup_note',
];

const localeCells = [
  ['en', 'en'],
  ['en-US', 'en'],
  ['id', 'id'],
  ['in', 'id'],
  ['es', 'es'],
  ['es_MX', 'es'],
  ['fr', null],
  ['', null],
];
const given = ['Ava', 'Budi', 'Chloé', 'Dewi', 'Inés', "Fin O'Neil", 'Grace', 'Sofía', 'Zoë', 'Ming'];
const family = ['Sample', 'Contoh', 'Muestra', 'Müller, Dr.', 'Placeholder', 'Lee "Ace"', 'Example'];
const domains = ['example.com', 'example.org', 'example.net', 'mail.example', 'users.test', 'bücher.example'];
const places = [
  ['Jakarta', 'DKI Jakarta', 'ID'],
  ['Málaga', 'Andalucía', 'ES'],
  ['Springfield', 'Oregon', 'US'],
  ['', '', 'SG'],
];
const invalidKinds = [
  (cells) => cells.with(0, ''),
  (cells) => cells.with(0, 'nobody.example.com'),
  (cells) => cells.with(0, `${cells[0]}, second@example.com`),
  (cells) => cells.with(0, 'two..dots@example.com'),
  (cells) => cells.with(1, ''),
  (cells) => cells.with(1, 'maybe'),
  (cells) => cells.slice(0, 1),
  (cells) => [...cells, 'surplus'],
  (cells) => cells.with(2, 'A\0B'),
];

/**
 * The file's text in pieces of about 64 KB; `account` is complete when the last piece was taken.
 * Its locales are those of a kit that offers en, id and es, with en as the default.
 */
export function makeRecipients({ rows, seed = 1, clean = false, delimiter = ',', lineEnd = '\n' }) {
  const account = {
    rows: 0,
    valid: 0,
    invalid: 0,
    merged: 0,
    conflicts: 0,
    notices: 0,
    audiences: { affected: 0, unaffected: 0 },
    locales: { en: 0, id: 0, es: 0 },
    localeFallbacks: 0,
  };
  return { account, pieces: pieces({ rows, seed, clean, delimiter, lineEnd }, account) };
}

function* pieces({ rows, seed, clean, delimiter, lineEnd }, account) {
  const random = seeded(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const line = (cells) => cells.map((cell) => csvCell(cell, delimiter)).join(delimiter) + lineEnd;
  let text = line(header);
  let fresh = 0;
  for (let number = 1; number <= rows; number += 1) {
    account.rows += 1;
    const repeats = fresh > 10 && number % 50 === 0;
    const conflicts = repeats && number % 400 === 0;
    const person = repeats ? fresh - 5 : fresh + 1;
    const affected = person % 3 !== 0;
    // The affected row of a conflict comes second as often as first.
    const audience = affected !== conflicts ? pick(['affected', 'API', 'yes']) : pick(['unaffected', 'chatgpt', 'No']);
    const [localeCell, locale] = pick(localeCells);
    const [city, region, country] = pick(places);
    let cells = [
      spelling(person, repeats),
      audience,
      `${pick(given)} ${pick(family)}`,
      localeCell,
      random() < 0.8 ? `org-${person % 5000}` : '',
      random() < 0.9 ? `user-${person}` : '',
      city,
      region,
      country,
      pick(['Windows 11', 'macOS 15', 'Linux', '']),
      pick(['Chrome 142', 'Firefox 145', '']),
      random() < 0.3 ? 'https://docs.example.com/start?from=a,b' : '',
      number % 97 === 0 ? 'first line\nsecond line' : '',
    ];
    if (!clean && number % 200 === 7) {
      cells = invalidKinds[Math.floor(number / 200) % invalidKinds.length](cells);
      account.invalid += 1;
    } else {
      account.valid += 1;
      if (repeats) {
        account.merged += 1;
        if (conflicts) account.conflicts += 1;
        if (conflicts && !affected) {
          account.audiences.affected += 1;
          account.audiences.unaffected -= 1;
        }
      } else {
        fresh = person;
        account.notices += 1;
        account.audiences[affected ? 'affected' : 'unaffected'] += 1;
        account.locales[locale ?? 'en'] += 1;
        if (locale === null) account.localeFallbacks += 1;
      }
    }
    text += line(cells);
    if (text.length >= 65_536) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Each person has one address; a repeat spells it differently: case, blanks, the other form of the domain. */
function spelling(person, repeated) {
  const domain = domains[person % domains.length];
  const local = `person.${person}${person % 7 === 0 ? '+api' : ''}`;
  if (!repeated) return `${local}@${domain}`;
  return ` ${local.toUpperCase()}@${domain === 'bücher.example' ? 'xn--bcher-kva.example' : domain.toUpperCase()}\u200B`;
}

function csvCell(cell, delimiter) {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Mulberry32: small, and the same everywhere. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2);
  const seedAt = args.indexOf('--seed');
  const seed = seedAt === -1 ? 1 : Number(args.splice(seedAt, 2)[1]);
  const clean = args.includes('--clean');
  const [rowsText, file] = args.filter((arg) => arg !== '--clean');
  const rows = Number(rowsText);
  if (!Number.isSafeInteger(rows) || rows < 1 || !file || !Number.isSafeInteger(seed)) {
    process.stderr.write('usage: node scripts/make-recipients.mjs ROWS FILE.csv [--seed N] [--clean]\n');
    process.exit(2);
  }
  const { account, pieces } = makeRecipients({ rows, seed, clean });
  await pipeline(pieces, createWriteStream(file));
  process.stdout.write(`${JSON.stringify({ file, ...account })}\n`);
}
