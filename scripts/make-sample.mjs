// Writes the demo's sample: scripts/sample/recipients.csv and, counted while writing and not by the
// program under demonstration, expected.json. The same bytes on every run; reserved domains only.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const header = [
  'Email',
  'Name',
  'Audience',
  'Locale',
  'Organization ID',
  'User ID',
  'City',
  'Region',
  'Country',
  'OS',
  'Browser',
  'Referrer',
];

/** What people wrote into the locale column, the locale that their letter has, and whether that is the kit's default for want of a better one. */
const localeTags = [
  ['en', 'en', false],
  ['en-US', 'en', false],
  ['id', 'id', false],
  ['id-ID', 'id', false],
  ['es', 'es', false],
  ['es-MX', 'es', false],
  ['fr', 'en', true],
];
const people = {
  en: {
    given: ['Avery', 'Jordan', 'Morgan', 'Riley', 'Quinn'],
    family: ['Sample', 'Placeholder', 'Example'],
    place: ['Springfield', 'Oregon', 'US'],
  },
  id: {
    given: ['Budi', 'Citra', 'Dewi', 'Eka', 'Fajar'],
    family: ['Contoh', 'Percobaan', 'Sampel'],
    place: ['Bandung', 'Jawa Barat', 'ID'],
  },
  es: {
    given: ['Álex', 'Inés', 'Noa', 'Sofía', 'Íñigo'],
    family: ['Ejemplo', 'Muestra', 'Prueba'],
    place: ['Málaga', 'Andalucía', 'ES'],
  },
};
const domains = ['example.com', 'example.org', 'example.net', 'api.example', 'studio.test', 'bücher.example'];

/** Rows that are not usable, each for one reason; the address and what has to be wrong with the rest of the record. */
const invalidRows = [
  ['no-at-sign.example.com', 'en', {}],
  ['two@@example.com', 'en', {}],
  ['dots..twice@example.org', 'es', {}],
  ['first@example.com, second@example.com', 'en', {}],
  ['Someone <named@example.net>', 'id', {}],
  ['', 'en', {}],
  ['no.audience@example.org', 'id', { audience: '' }],
  ['odd.audience@example.org', 'es', { audience: 'perhaps' }],
  ['too.few@example.net', 'en', { cut: 2 }],
  ['too.many@example.net', 'en', { extra: ['one', 'more'] }],
];

/** The file's text and the numbers that an import has to come to. */
export function makeSample(addresses = 1200) {
  const random = seeded(20_251_125);
  const lines = [header.join(',')];
  const expected = {
    rows: 0,
    invalid: 0,
    merged: 0,
    conflicts: 0,
    notices: 0,
    audiences: { affected: 0, unaffected: 0 },
    locales: { en: 0, es: 0, id: 0 },
    localeFallbacks: 0,
  };
  const write = (cells) => {
    lines.push(cells.map(cell).join(','));
    expected.rows += 1;
  };
  for (let number = 1; number <= addresses; number += 1) {
    const person = makePerson(number, random);
    write(record(person, random));
    // Every 25th address has a second account; every 200th one of them in the other product as well.
    const twice = number % 25 === 0;
    const conflict = number % 200 === 0;
    if (twice) {
      write(
        record(
          {
            ...person,
            email: respelled(person.email, number),
            audience: conflict ? other(person.audience) : person.audience,
          },
          random,
        ),
      );
      expected.merged += 1;
    }
    if (conflict) expected.conflicts += 1;
    expected.notices += 1;
    expected.audiences[conflict ? 'affected' : person.audience] += 1;
    expected.locales[person.locale] += 1;
    if (person.fallback) expected.localeFallbacks += 1;
    if (number % 400 === 0) lines.push(',,,,,,,,,,,');
    if (number % 110 === 0) {
      const [email, locale, { audience = 'affected', cut = header.length, extra = [] }] =
        invalidRows[expected.invalid % invalidRows.length];
      write([email, 'Not Usable', audience, locale, ...Array(header.length - 4).fill('')].slice(0, cut).concat(extra));
      expected.invalid += 1;
    }
  }
  return { csv: `${lines.join('\r\n')}\r\n`, expected };
}

function makePerson(number, random) {
  const [tag, locale, fallback] = pick(localeTags, random);
  const { given, family, place } = people[locale];
  const name = `${pick(given, random)} ${pick(family, random)}`;
  const mailName = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(' ', '.');
  return {
    email: `${mailName}.${number}@${pick(domains, random)}`,
    name,
    audience: random() < 0.7 ? 'affected' : 'unaffected',
    tag,
    locale,
    fallback,
    place,
  };
}

/** Only API accounts (the affected audience) have data in the category columns, and not everyone in each. */
function record({ email, name, audience, tag, place }, random) {
  const id = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  const values = [
    `org-${id}`,
    `user-${id}`,
    ...place,
    pick(['macOS', 'Windows', 'Linux'], random),
    pick(['Chrome', 'Firefox', 'Safari'], random),
    'https://www.example.com/',
  ];
  const kept = values.map((value) => (audience === 'affected' && random() < 0.8 ? value : ''));
  return [email, audience === 'affected' ? name : '', audience, tag, ...kept];
}

/** The same address as other systems spell it. */
function respelled(email, number) {
  const at = email.indexOf('@');
  return number % 50 === 0
    ? email.toUpperCase()
    : ` ${email.slice(0, 1).toUpperCase()}${email.slice(1, at)}${email.slice(at)} `;
}

function other(audience) {
  return audience === 'affected' ? 'unaffected' : 'affected';
}

function cell(value) {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)];
}

/** A small linear generator (modulus 2^32): good enough to spread samples, and the same everywhere. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL('sample/', import.meta.url);
  const { csv, expected } = makeSample();
  writeFileSync(new URL('recipients.csv', folder), csv);
  writeFileSync(new URL('expected.json', folder), `${JSON.stringify(expected, null, 2)}\n`);
}
