// Requests from the API's own document, from nearly right to nonsense, the same for the same seed.
import type { OpenApiDocument, Operation, Parameter, Schema } from '../../src/web/api/document.ts';
import type { SeededRandom } from './random.ts';

export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

/** Texts that have broken programs before. */
const evil = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e',
  '\ufeff',
  '💩'.repeat(50),
  'ﷺ',
  '<script>alert(1)</script>',
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '%',
  '${7*7}',
  '{{7*7}}',
  'null',
  'NaN',
  '-0',
  '1e309',
  '0x10',
  '٣',
  '__proto__',
  'constructor',
  '=1+1',
  '\r\nset-cookie: a=b',
  'a@example.com',
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '9999-12-31T23:59:59+23:59',
  'x'.repeat(5_000),
];
const numbers = [0, -0, 1, -1, 0.1, 0.01, 1e-300, 5e-324, 1e308, 2 ** 31, 2 ** 53, -(2 ** 53), 999_999_999, 100_000];

/** One request to an operation. `known` gives, by parameter, what is there. */
export function fuzzedRequest(
  document: OpenApiDocument,
  place: { path: string; method: string; operation: Operation },
  random: SeededRandom,
  known: (name: string) => string | undefined,
): FuzzedRequest {
  const { path, method, operation } = place;
  const valueOf = (one: Parameter): string => {
    const there = known(one.name);
    if (there !== undefined && random.below(10) < 7) return there;
    if (random.below(3) === 0) return random.pick(evil);
    return String(valid(document, one.schema, random, 0));
  };
  const given = (where: Parameter['in']): [string, string][] =>
    operation.parameters
      .filter((one) => one.in === where && (one.required || random.below(3) === 0))
      .map((one) => [one.name, valueOf(one)]);
  const query = [
    ...given('query'),
    ...(random.below(10) === 0 ? [[random.pick(evil), random.pick(evil)] as [string, string]] : []),
  ];
  const text = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  const values = new Map(given('path'));
  const { headers, body } = bodyOf(document, operation, random);
  const odd: Record<string, string> =
    random.below(8) === 0
      ? {
          [random.pick([
            'accept',
            'accept-encoding',
            'content-encoding',
            'x-csrf-token',
            'x-file-name',
            'x-http-method-override',
            'if-none-match',
            'range',
            'x-forwarded-for',
            'x-forwarded-host',
          ])]: random.pick([
            '*/*',
            'gzip',
            '\u00ff\u00fe',
            '"',
            '%',
            '%E0%A4%A',
            ';;;',
            'bytes=0-',
            '::',
            'a'.repeat(4_000),
          ]),
        }
      : {};
  const chosen =
    random.below(30) === 0 ? random.pick(['PATCH', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'DELETE', 'GET']) : method;
  return {
    method: chosen,
    path: `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(values.get(name) ?? 'x'))}${text === '' ? '' : `?${text}`}`,
    headers: { ...headers, ...odd },
    body: chosen === 'GET' || chosen === 'HEAD' ? undefined : body,
  };
}

/** As in an address, halves of surrogate pairs included. */
function encoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}

function bodyOf(
  document: OpenApiDocument,
  { requestBody }: Operation,
  random: SeededRandom,
): { headers: Record<string, string>; body: string | Buffer | undefined } {
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/csv',
    'text/plain',
    'multipart/form-data',
    'multipart/form-data; boundary=b',
    'application/x-www-form-urlencoded',
    'nonsense',
    '/',
    '',
  ];
  if (requestBody === undefined)
    return random.below(8) === 0
      ? { headers: { 'content-type': random.pick(types) }, body: random.pick(['{}', '[]', 'x', '']) }
      : { headers: {}, body: undefined };
  const schema = requestBody.content['application/json']?.schema;
  const wrongType = random.below(12) === 0;
  if (schema === undefined) {
    const octets = random.pick([
      `email,audience\na${random.below(1_000)}@example.com,affected\n`,
      'email\n',
      '',
      '\0\0\0',
      `email,audience\n${'"'.repeat(random.below(40))}\n`,
      'PK\u0003\u0004',
      `email,audience${',x'.repeat(random.below(3_000))}\n`,
    ]);
    const form = `--b\r\ncontent-disposition: form-data; name="${random.pick(['file', 'kit', '__proto__'])}"${random.pick(['; filename="a.csv"', '; filename=""', ''])}\r\n\r\n${octets}\r\n--b${random.pick(['--\r\n', '', '\r\n'])}`;
    const asForm = random.below(2) === 0;
    return {
      headers: {
        'content-type': wrongType ? random.pick(types) : asForm ? 'multipart/form-data; boundary=b' : 'text/csv',
      },
      body: asForm ? form : octets,
    };
  }
  const made =
    random.below(3) === 0 ? valid(document, schema, random, 0) : mutated(valid(document, schema, random, 0), random);
  const json = JSON.stringify(made) ?? '';
  const body =
    random.below(20) === 0
      ? json.slice(0, random.below(json.length + 1))
      : random.below(40) === 0
        ? `{"a":"${'x'.repeat(70_000)}"}`
        : random.below(40) === 0
          ? '['.repeat(20_000)
          : json;
  return {
    headers: { 'content-type': wrongType ? random.pick(types) : 'application/json' },
    body: Buffer.from(body, random.below(30) === 0 ? 'utf16le' : 'utf8'),
  };
}

/** A value that the schema lets through, or nearly. */
function valid(document: OpenApiDocument, schema: Schema, random: SeededRandom, depth: number): unknown {
  if (schema.$ref !== undefined)
    return valid(
      document,
      document.components.schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {},
      random,
      depth + 1,
    );
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return valid(document, random.pick(several), random, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  if (schema.type === 'object' || schema.properties !== undefined) {
    const own = Object.entries(schema.properties ?? {}).filter(
      ([name]) => schema.required?.includes(name) === true || random.below(2) === 0,
    );
    const names = schema.propertyNames?.enum ?? [];
    const free =
      typeof schema.additionalProperties === 'object' && names.length > 0
        ? Array.from(
            { length: random.below(4) },
            () =>
              [
                String(random.pick(names)),
                valid(document, schema.additionalProperties as Schema, random, depth + 1),
              ] as const,
          )
        : [];
    return Object.fromEntries([
      ...own.map(([name, one]) => [name, valid(document, one, random, depth + 1)] as const),
      ...free,
    ]);
  }
  if (schema.type === 'array')
    return depth > 6
      ? []
      : Array.from({ length: random.below(3) }, () => valid(document, schema.items ?? {}, random, depth + 1));
  if (schema.type === 'integer' || schema.type === 'number')
    return random.below(3) === 0
      ? random.pick(numbers)
      : random.pick([schema.minimum ?? 1, schema.maximum ?? 72, 1, 2, random.below(1_000)]);
  if (schema.type === 'boolean') return random.below(2) === 0;
  if (schema.type === 'null') return null;
  if (schema.format === 'date-time') return new Date(1_790_000_000_000 + random.below(2_000_000_000)).toISOString();
  if (schema.pattern?.includes('\\d') === true) return String(random.pick([0, 1, 2, 3, 50, 200, 201, 999_999_999]));
  return random.pick([
    'affected',
    'en',
    'email',
    'city,browser',
    'me@example.com',
    'mixpanel-2025-11',
    'abcdefgh',
    'x',
  ]);
}

/** The value with something wrong somewhere. */
function mutated(value: unknown, random: SeededRandom): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.below(6) > 0) {
    const entries = Object.entries(value);
    const change = random.below(4);
    if (change === 0 || entries.length === 0) return { ...value, [random.pick(evil)]: random.pick(evil) };
    const [name, one] = random.pick(entries);
    if (change === 1) return Object.fromEntries(entries.filter(([other]) => other !== name));
    return { ...value, [name]: mutated(one, random) };
  }
  return random.pick<unknown>([
    null,
    true,
    [],
    {},
    [[]],
    { a: 1 },
    random.pick(numbers),
    random.pick(evil),
    '7',
    Array.from({ length: 200 }, () => 'x'),
  ]);
}
