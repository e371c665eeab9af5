// The schema of kit.yaml. It is strict: an unknown key, a missing word or a category that no line of
// the list would tell is an error here, not a surprise in somebody's inbox.
import { z } from 'zod';
import type { Audience } from '../domain/audience.ts';
import { categories, type Category } from '../domain/category.ts';

/** Text that goes into a letter or a header: one line, no braces (a fact is never itself a placeholder). */
const namesCategories = (phrase: string): boolean => /\{(?:which|list)\}/.test(phrase);

const words = z
  .string()
  .trim()
  .min(1, 'expected some words')
  .max(500, 'expected at most 500 characters')
  // oxlint-disable-next-line no-control-regex -- control characters are what is being refused
  .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ue000\ue001]*$/u, 'expected one line without control characters');
const plainWords = words.regex(/^[^{}]*$/, 'expected text without braces');

const factName = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'expected a name in camelCase, such as noticedOn');
const facts = z.record(factName, plainWords);

const domain = z
  .string()
  .toLowerCase()
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'expected a domain such as example.com',
  );

const letter = z.strictObject({ subject: words, preheader: words });

const exposedItem = z
  .strictObject({
    when: z
      .array(z.enum(categories))
      .min(1, 'expected a category; leave `when` out for what is in every record')
      .optional(),
    phrase: words.regex(/^([^{}]|\{(?:which|list)\})*$/, 'expected no braces but {which} and {list}'),
  })
  .refine(
    (item) => item.when !== undefined || !namesCategories(item.phrase),
    'expected `when`: {which} or {list} has nothing to stand for',
  )
  .refine(
    (item) => (item.when?.length ?? 1) === 1 || namesCategories(item.phrase),
    'expected {which} or {list} in a phrase for several categories',
  );

const locale = z.strictObject({
  facts: facts.default({}),
  letters: z.strictObject({ affected: letter, unaffected: letter } satisfies Record<Audience, unknown>),
  exposed: z.array(exposedItem).superRefine((items, context) => {
    const told: Category[] = items.flatMap((item) => item.when ?? []);
    for (const category of categories) {
      const times = told.filter((other) => other === category).length;
      if (times !== 1)
        context.addIssue(`expected ${category} in the \`when\` of exactly one item, found it in ${times}`);
    }
    if (!items.some((item) => item.when === undefined))
      context.addIssue('expected an item without `when`: the email address is in every record');
  }),
  categoryWords: z.strictObject(
    Object.fromEntries(categories.map((category) => [category, plainWords])) as Record<Category, typeof plainWords>,
  ),
  testMark: z.strictObject({ subject: plainWords, line: plainWords }),
});

const localeTag = z.string().refine(isCanonicalTag, 'expected a BCP 47 tag in its usual spelling, such as en or pt-BR');

/** kit.yaml, as docs/KITS.md explains it. */
export const kitSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and hyphens')
      .max(64),
    title: plainWords,
    officialDomains: z.array(domain).min(1, 'expected at least one domain'),
    defaultLocale: z.string(),
    facts: facts.default({}),
    locales: z
      .record(localeTag, locale)
      .refine((locales) => Object.keys(locales).length > 0, 'expected at least one locale'),
  })
  .superRefine((kit, context) => {
    if (!Object.hasOwn(kit.locales, kit.defaultLocale)) {
      context.addIssue({
        code: 'custom',
        path: ['defaultLocale'],
        message: `expected one of the locales: ${Object.keys(kit.locales).join(', ')}`,
      });
    }
    for (const [tag, { facts: own }] of Object.entries(kit.locales)) {
      for (const name of Object.keys(own)) {
        if (Object.hasOwn(kit.facts, name)) {
          context.addIssue({
            code: 'custom',
            path: ['locales', tag, 'facts', name],
            message: 'expected a name that is not among the facts for all locales',
          });
        }
      }
    }
  });

export type KitFile = z.infer<typeof kitSchema>;

/** What `candor` lists before a kit is chosen: enough to name it, whatever else may be wrong. */
export const kitHeadingSchema = z.object({
  id: z.string(),
  title: z.string(),
  locales: z.record(z.string(), z.unknown()),
});

function isCanonicalTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}
