// Who asks, tokens and the inbox as the API tells them.
import { z } from 'zod';
import { count, next, time } from './parts.ts';

export const session = z
  .strictObject({
    operator: z.string(),
    csrfToken: z
      .string()
      .nullable()
      .meta({ description: 'Goes into `x-csrf-token` with every change; null for an API token, which needs none.' }),
  })
  .meta({ id: 'Session' });

export const operatorList = z
  .strictObject({ operators: z.array(z.strictObject({ id: z.int(), name: z.string() })) })
  .meta({ id: 'OperatorList' });

export const tokenList = z
  .strictObject({
    tokens: z.array(
      z.strictObject({
        id: z.int(),
        name: z.string(),
        operator: z.string().meta({ description: 'With whose rights it acts.' }),
        createdAt: time,
        expiresAt: time,
        usedAt: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'TokenList' });

export const givenToken = z.strictObject({
  name: z.string('Say what it is for.').trim().min(1, 'Say what it is for.').max(100, 'Use at most 100 characters.'),
  days: z.int('Give a whole number of days.').min(1, 'At least one day.').max(730, 'At most 730 days.'),
});
export const madeToken = z
  .strictObject({ token: z.string().meta({ description: 'Nobody can read it again.' }) })
  .meta({ id: 'MadeToken' });

const inboxLine = { id: z.int(), receivedAt: time, from: z.string(), to: z.string(), subject: z.string() };
export const inboxList = z
  .strictObject({ count, letters: z.array(z.strictObject(inboxLine).meta({ id: 'InboxLine' })), next })
  .meta({ id: 'InboxList' });
export const inboxLetter = z
  .strictObject({
    ...inboxLine,
    noticeToken: z
      .string()
      .nullable()
      .meta({ description: 'The notice that it carries; null for a letter that is none.' }),
    date: time.nullable(),
    html: z.string().nullable(),
    text: z.string().nullable(),
    source: z.string(),
  })
  .meta({ id: 'InboxLetter' });

const counted = z
  .strictObject({
    times: count,
    addresses: count.meta({ description: 'Whole addresses that were shown; one shown twice counts twice.' }),
    until: time.meta({ description: 'The last time.' }),
  })
  .nullable()
  .meta({ description: 'Null for what happened once.' });
const claimedBy = z.string().nullable().meta({
  description: "The system's user behind a name that was given with `--actor`; null: the name is not only claimed.",
});
/** An event, wherever one is told. */
export const eventParts = { at: time, actor: z.string(), claimedBy, kind: z.string(), counted };

export const historyList = z
  .strictObject({
    events: z.array(
      z.strictObject({
        id: z.int(),
        ...eventParts,
        campaign: z.string().nullable(),
        from: z.string().nullable().meta({ description: 'Where a refused sign-in came from.' }),
      }),
    ),
    next,
  })
  .meta({ id: 'History' });
