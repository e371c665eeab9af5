// The small parts of which the API's schemas are made.
import { z } from 'zod';
import { audiences } from '../../domain/audience.ts';
import { categories, categoryBit } from '../../domain/category.ts';
import { RequestInvalid } from './request-invalid.ts';

/** An id of a campaign, an upload or a notice. What cannot be one is not asked about. */
export const id = z.string().regex(/^[0-9a-z-]{1,32}$/);
export const time = z.iso.datetime().meta({ description: 'UTC, ISO 8601.' });
export const count = z.int().nonnegative();
/** Of the columns of an upload. */
export const version = z.int().nonnegative().max(999_999_999);
export const audience = z.enum(audiences);
export const locale = z.string().meta({ description: 'BCP 47.' });
/** What a person should look at before a launch. */
export const warnings = z.array(
  z
    .strictObject({
      code: z.string(),
      column: z.string().nullable(),
      message: z.string(),
      rows: count.meta({ description: 'Valid rows that it is about.' }),
    })
    .meta({ id: 'FileWarning' }),
);
/** Which kit, exactly. */
export const kitShown = z
  .strictObject({
    path: z.string().nullable().meta({ description: 'Its folder; null where that was not kept.' }),
    id: z.string(),
    digest: z.string().meta({ description: 'SHA-256 over all files of the kit.' }),
    findings: z
      .array(
        z
          .strictObject({
            code: z.string(),
            level: z.literal('warning'),
            file: z.string(),
            locale,
            message: z.string(),
            remedy: z.string(),
          })
          .meta({ id: 'KitFinding' }),
      )
      .optional()
      .meta({ description: 'What to look at in its letters before the launch; absent where there is nothing.' }),
  })
  .meta({ id: 'KitShown' });
/** What `except` does. */
export const leftOut = z
  .strictObject({
    campaigns: z.array(z.string()),
    rehearsals: z.array(z.string()).meta({ description: 'Those of them that were rehearsals: they told nobody.' }),
    leftOut: count.meta({ description: 'Told the same verdict and at least these kinds of data.' }),
    toldTooLittle: count.meta({ description: 'Told another verdict or fewer kinds of data: told again.' }),
  })
  .meta({ id: 'LeftOut' });
/** A number of a row, a letter or a token, as text: it comes in a path or a query. */
export const number = z
  .string()
  .regex(/^\d{1,9}$/, 'Give a whole number.')
  .transform(Number);

/** A moment that somebody gives, with any offset. */
export const givenTime = z.iso
  .datetime({ offset: true, abort: true, error: 'Give a time such as 2026-11-28T09:30:00Z.' })
  .refine((text) => !Number.isNaN(Date.parse(text)), 'There is no such time.')
  .transform((text) => new Date(text));

/** How many on a page. */
export const limit = z
  .string()
  .regex(/^(?:[1-9]|[1-9]\d|1\d\d|200)$/, 'Give a whole number from 1 to 200.')
  .transform(Number)
  .meta({ description: 'How many on this page, from 1 to 200; 50 when not given.' })
  .optional();
export const usualLimit = 50;
export const next = z.string().nullable().meta({ description: 'Path of the next page; null: there is none.' });

const oneCategory = categories.join('|');

/** Kinds of data, in a query: `city,browser`. */
export const shownCategories = z
  .string()
  .regex(
    new RegExp(`^(?:(?:${oneCategory})(?:,(?:${oneCategory})){0,20})?$`),
    'Give names of categories, separated by commas.',
  )
  .transform((text) =>
    categories.filter((name) => text.split(',').includes(name)).reduce((bits, name) => bits | categoryBit(name), 0),
  )
  .meta({
    description: 'Which kinds of data the letter names, separated by commas; all when not given, none when empty.',
  })
  .optional();

export const problem = z
  .strictObject({
    code: z.string().meta({ description: 'Stable; docs/ERRORS.md lists them.' }),
    message: z.string(),
    help: z.string().meta({ description: 'What to do.' }),
    problems: z
      .array(z.strictObject({ in: z.enum(['body', 'query', 'header']), field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which field, when the code is request-invalid.' }),
  })
  .meta({ id: 'Problem', description: 'Why there is no other answer.' });

/** The path of the next page, with what was asked for this one. */
export function pathOfNext(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return `${path}?${new URLSearchParams(given).toString()}`;
}

/** Throws what forms would show beside their fields. */
export function refuseFields(problems: Readonly<Record<string, string>>): void {
  const all = Object.entries(problems);
  if (all.length > 0) throw new RequestInvalid(all.map(([field, message]) => ({ in: 'body', field, message })));
}
