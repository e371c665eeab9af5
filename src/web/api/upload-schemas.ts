// Uploads, launches and letters as the API tells them.
import { z } from 'zod';
import { categories } from '../../domain/category.ts';
import { codePages, encodingNamed, type EncodingName } from '../../domain/encoding.ts';
import { audience, count, givenTime, kitShown, leftOut, locale, next, time, version, warnings } from './parts.ts';
import { checkStart, fastestPerSecond, slowestPerSecond } from '../launch-checks.ts';

const encodingName = z.enum(Object.keys(codePages) as [EncodingName, ...EncodingName[]]);
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'Give the digest of a kit: 64 hexadecimal digits.');
const campaignId = z.string().regex(/^[0-9a-z]{8}$/, 'Give the id of a campaign.');
const uploadState = z.enum(['receiving', 'reading', 'read', 'unusable', 'launched']);
const line = {
  id: z.string(),
  fileName: z.string(),
  state: uploadState,
  notices: count.nullable().meta({ description: 'Null until the file was read.' }),
  createdAt: time,
  actor: z.string(),
};

export const uploadList = z
  .strictObject({ uploads: z.array(z.strictObject(line).meta({ id: 'UploadLine' })) })
  .meta({ id: 'UploadList' });

const rowProblem = z
  .strictObject({
    row: z.int().meta({ description: 'Of the spreadsheet: the header is 1.' }),
    column: z.string().nullable(),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: 'RowProblem' });
const counts = z.record(z.string(), count);

const account = z
  .strictObject({
    file: z.string(),
    sha256: z.string(),
    rows: count,
    valid: count,
    invalid: count,
    merged: count,
    conflicts: count,
    conflictRows: z.array(z.int()).optional().meta({
      description:
        'The first 100 rows that disagree with an earlier one of their address about the audience; not told of uploads that an older version read.',
    }),
    notices: count,
    audiences: z.strictObject({ affected: count, unaffected: count }),
    locales: counts,
    localeFallbacks: count,
    columns: z.record(z.string(), z.string()).meta({
      description: 'Canonical column → the header as the file spells it; `column 3` for one that reads as a person.',
    }),
    columnNumbers: z.record(z.string(), z.int()).optional().meta({
      description: 'Canonical column → its number, the first being 1; not told of uploads that an older version read.',
    }),
    ignoredColumns: z.array(z.string()),
    problems: z.array(rowProblem).meta({ description: 'The first 100.' }),
    missingCategories: z.array(z.enum(categories)).meta({ description: 'To be confirmed as "not exposed" at launch.' }),
    encoding: z.string(),
    delimiter: z.string(),
    findings: z
      .strictObject({
        encoding: z.string(),
        encodingName: z.string(),
        doubtfulAddresses: count,
        doubtfulNames: count,
        rowsPerhapsUtf8: count,
        affectedRows: count,
        exposure: z.array(z.strictObject({ category: z.enum(categories), rows: count, markerRows: count })),
        unaffectedMarkedNames: count,
        unprintedNames: count,
        quotedAddresses: count,
        filledRows: count,
        extraCellRows: count,
      })
      .optional()
      .meta({ description: 'How the file was understood. Not told of uploads that an older version read.' }),
    kit: kitShown.optional().meta({ description: 'The kit that it was read for, as it was then.' }),
    warnings: warnings
      .optional()
      .meta({ description: 'What to look at before the launch. Not told of uploads that an older version read.' }),
    groups: z.array(z.strictObject({ audience, locale, notices: count })),
    domains: z
      .array(z.strictObject({ domain: z.string(), notices: count }))
      .meta({ description: 'Those with the most notices.' }),
    header: z.array(z.string()),
    problemCounts: counts.meta({ description: 'Code of a problem → rows that have it.' }),
  })
  .meta({
    id: 'UploadAccount',
    description: 'The account of a file that can be launched, as `candor check --json` tells it, and more.',
  });

const fault = z
  .strictObject({ code: z.string(), message: z.string(), help: z.string(), header: z.array(z.string()) })
  .meta({ id: 'UploadFault', description: 'Why a file cannot be used.' });

export const upload = z
  .strictObject({
    ...line,
    kit: z.string(),
    kitTitle: z.string(),
    octets: count,
    rowsRead: count,
    version: z.int().meta({ description: 'Goes up with each change of the columns; a launch names it.' }),
    audience: audience.nullable().meta({ description: 'Given for the whole file; null: the file says it.' }),
    mapping: z
      .record(z.string(), z.int())
      .meta({ description: 'Columns that a person chose: canonical column → its number, the first being 1.' }),
    encoding: encodingName.nullable().meta({ description: 'Named by a person; null: the octets tell.' }),
    report: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('account'), account }),
        z.strictObject({ kind: z.literal('fault'), fault }),
      ])
      .nullable(),
    keptUntil: time,
    campaign: z.string().nullable().meta({ description: 'The campaign that it became.' }),
    same: z
      .strictObject({
        uploads: z.array(z.string()),
        campaigns: z.array(z.strictObject({ id: z.string(), state: z.string() })),
      })
      .meta({ description: 'The same octets elsewhere.' }),
  })
  .meta({ id: 'Upload' });

export const invalidRows = z
  .strictObject({
    rows: z.array(
      z.strictObject({
        row: z.int(),
        cells: z.array(z.string()),
        problems: z.array(
          z.strictObject({
            row: z.int().optional(),
            column: z.string().nullable(),
            code: z.string(),
            message: z.string(),
          }),
        ),
      }),
    ),
    next,
  })
  .meta({ id: 'InvalidRows', description: 'Cells as the file has them: escape them where you show them.' });

export const givenMapping = z.strictObject({
  version,
  mapping: z
    .partialRecord(
      z.enum(['email', 'audience', 'locale', ...categories]),
      z.union([z.int().min(1), z.string().max(300)]),
    )
    .meta({
      description: 'Canonical column → its number, the first being 1, or its header. It is kept by its number.',
    }),
  audience: audience.nullable().default(null).meta({ description: 'For the whole file, when no column says it.' }),
  encoding: z
    .string()
    .max(40)
    .transform((text, context) => {
      const found = encodingNamed(text);
      if (found === null) context.addIssue('Give the name of an encoding, such as windows-1251.');
      return found;
    })
    .nullable()
    .default(null)
    .meta({
      description: 'Of the file, where it is not UTF-8, UTF-16 or Windows-1252: any usual name. Null: the octets tell.',
    }),
});

export const kitList = z
  .strictObject({ kits: z.array(z.strictObject({ id: z.string(), title: z.string() })) })
  .meta({ id: 'KitList' });

export const letterList = z
  .strictObject({
    kit: kitShown,
    letters: z.array(
      z.strictObject({
        audience,
        locale,
        subject: z.string(),
        opening: z.string().meta({ description: 'The first words of the letter itself.' }),
      }),
    ),
  })
  .meta({ id: 'KitLetterList' });

export const letter = z
  .strictObject({
    kit: kitShown,
    audience,
    locale,
    subject: z.string(),
    opening: z.string(),
    html: z.string(),
    text: z.string(),
    source: z.string().meta({ description: 'The MIME message.' }),
  })
  .meta({ id: 'KitLetter' });

export const rowLetter = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('invalid'), problems: z.array(rowProblem) }),
    z.strictObject({
      kind: z.literal('notice'),
      address: z.string(),
      audience,
      locale,
      categories: z.array(z.enum(categories)),
      rows: z.array(z.int()),
      conflict: z.boolean(),
    }),
  ])
  .meta({
    id: 'RowLetter',
    description: 'The notice that a row belongs to. `none`: the row is blank, the header, or beyond the end.',
  });

export const givenTest = z.strictObject({
  to: z.string().max(400).meta({ description: 'Your own address.' }),
  audience: audience.nullable().default(null).meta({ description: 'Null: every one.' }),
  locale: z.string().max(40).nullable().default(null).meta({ description: 'Null: every one.' }),
  kitDigest: digest.nullable().default(null).meta({ description: 'Of the kit as you saw it; null: as it is now.' }),
});
export const tested = z
  .strictObject({ accepted: count.meta({ description: 'Letters that the relay accepted.' }) })
  .meta({ id: 'Tested' });

export const launch = z
  .strictObject({
    terms: z
      .strictObject({
        rehearsal: z.boolean(),
        relay: z.string(),
        from: z.string(),
        ratePerSecond: z.number().nullable(),
        rateRequired: z.boolean(),
        problem: z
          .strictObject({ code: z.string(), message: z.string(), help: z.string() })
          .nullable()
          .meta({ description: 'Why no launch can begin until a person has changed something outside.' }),
      })
      .meta({ description: 'What a launch from here would use.' }),
    version: z.int(),
    notices: count.nullable().meta({ description: 'To be repeated in the launch; null: the file has no account.' }),
    kit: kitShown
      .nullable()
      .meta({ description: 'On disk now; its digest is to be repeated in the launch. Null: the file has no account.' }),
    warnings: warnings.meta({ description: 'What to look at before the launch.' }),
    except: leftOut.nullable().meta({ description: 'For the campaign that the query names.' }),
    confirm: z
      .strictObject({ invalid: z.boolean(), missing: z.boolean(), marks: z.boolean(), again: z.boolean() })
      .nullable()
      .meta({ description: 'What has to be confirmed with `true`.' }),
    launching: z
      .strictObject({
        by: z.string(),
        problem: z.strictObject({ code: z.string(), message: z.string(), help: z.string() }).nullable(),
      })
      .nullable()
      .meta({ description: 'A launch that this process works on (no problem), or that has failed here.' }),
    campaign: z.string().nullable().meta({ description: 'What it became.' }),
  })
  .meta({ id: 'Launch' });

export const launchQuery = z.strictObject({
  except: campaignId.optional().meta({ description: 'Counts whom this campaign would leave out. Reads the file.' }),
});

export const givenLaunch = z.strictObject({
  version: version.meta({ description: 'Of the columns, as you saw them.' }),
  kitDigest: digest.nullable().default(null).meta({
    description:
      'Of the kit, as you saw it; another one on disk is refused. Null: the one that the account was made with.',
  }),
  notices: z
    .int('Give the number of notices.')
    .nonnegative()
    .max(999_999_999)
    .meta({ description: 'Confirms the number.' }),
  invalid: z.literal(true).optional().meta({ description: 'Confirms that the invalid rows get no notice.' }),
  missing: z
    .literal(true)
    .optional()
    .meta({ description: 'Confirms that missing category columns mean "not exposed".' }),
  marks: z
    .literal(true)
    .optional()
    .meta({ description: 'Confirms that marks for "nothing" tell people that this leaked.' }),
  again: z.literal(true).optional().meta({ description: 'Confirms that the same people are told again.' }),
  ratePerSecond: z
    .number('Give a number of letters per second.')
    .min(slowestPerSecond, `At least ${slowestPerSecond} a second.`)
    .max(fastestPerSecond, 'At most 100,000 a second.')
    .nullable()
    .default(null),
  first: z
    .int('Give a whole number.')
    .min(1, 'At least one.')
    .max(999_999_999)
    .nullable()
    .default(null)
    .meta({ description: 'A canary: hold after so many notices.' }),
  startAt: givenTime.superRefine(checkStart).nullable().default(null),
  except: campaignId
    .nullable()
    .default(null)
    .meta({ description: 'Leave out whom this campaign told the same, and at least these kinds of data.' }),
});
