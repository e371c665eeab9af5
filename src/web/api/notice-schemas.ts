// Notices as the API tells them, and what it takes to re-send, correct and close them.
import { z } from 'zod';
import { categories } from '../../domain/category.ts';
import { noticeStates } from '../../domain/notice-state.ts';
import { wordForRecord } from '../routes/notice-routes.ts';
import { audience, count, limit, locale, next, time } from './parts.ts';

export const noticeId = z.string().regex(/^[0-9a-f]{32}$/, 'Give the id of a notice.');
const state = z.enum(noticeStates);
const reasonCode = z.string().regex(/^[a-z0-9-]{1,60}$/, 'Give the code of a reason.');
const enhancedCode = z.string().regex(/^[245]\.\d{1,3}\.\d{1,3}$/, 'Give a code such as 5.1.1.');
const toldReply = {
  replyCode: z.int().nullable().meta({ description: 'Of the last reply; null: none was recorded.' }),
  enhancedCode: z.string().nullable(),
};

const line = {
  notice: z.string().meta({ description: 'Opaque id; in Message-ID and X-Candor-Notice of its letters.' }),
  row: z.int(),
  audience,
  locale,
  state,
  reason: z.string().nullable(),
  ...toldReply,
  round: z.int(),
  attempts: count,
  maybeAccepted: z.boolean(),
  dueAt: time.nullable(),
  settledAt: time.nullable(),
  closed: z.boolean().meta({ description: 'True when a person has looked into the doubt.' }),
};

export const noticeList = z
  .strictObject({
    notices: z.array(
      z
        .strictObject({ ...line, maskedAddress: z.string().meta({ description: 'Tells its owner, and nobody else.' }) })
        .meta({ id: 'NoticeLine' }),
    ),
    next,
  })
  .meta({ id: 'NoticeList' });

export const listQuery = z.strictObject({
  state: state.optional(),
  reason: reasonCode.optional().meta({
    description:
      'With `state` it names a group, together with `replyCode` and `enhancedCode`, where the group has them.',
  }),
  replyCode: z
    .string()
    .regex(/^[2-5]\d\d$/, 'Give a reply code.')
    .transform(Number)
    .optional(),
  enhancedCode: enhancedCode.optional(),
  after: noticeId.optional(),
  limit,
});

export const groupList = z
  .strictObject({
    groups: z.array(
      z.strictObject({
        state,
        reason: z.string(),
        ...toldReply,
        notices: count,
        maybeAccepted: count.meta({
          description: 'How many may have been accepted earlier: a re-send may give these a copy.',
        }),
        reply: z.string().nullable().meta({ description: 'The reply to one of them, scrubbed.' }),
      }),
    ),
  })
  .meta({ id: 'ReasonGroups' });

export const wholeNotice = z
  .strictObject({
    ...line,
    address: z.string(),
    categories: z.array(z.enum(categories)),
    autoResent: z.boolean(),
    formerAddresses: z.array(z.strictObject({ address: z.string(), replacedAt: time })),
    closedDoubt: z.strictObject({ actor: z.string(), reason: z.string(), at: time }).nullable(),
    messageId: z.string(),
    subject: z.string(),
    attemptRecords: z
      .array(
        z.strictObject({
          attempt: z.int(),
          token: z.string(),
          round: z.int(),
          openedAt: time,
          closedAt: time.nullable(),
          outcome: z.string(),
          stage: z.string().nullable(),
          rule: z.string().nullable(),
          charged: z.boolean(),
          ...toldReply,
          reply: z.string().nullable(),
          late: z.boolean(),
        }),
      )
      .meta({ description: 'Oldest first, over all rounds. Replies are scrubbed.' }),
  })
  .meta({ id: 'Notice' });

const group = z.strictObject({
  state,
  reason: reasonCode,
  replyCode: z.int().min(200).max(599).nullable().default(null),
  enhancedCode: enhancedCode.nullable().default(null),
});

export const givenResend = z.strictObject({
  states: z
    .array(state)
    .min(1, 'Give at least one state.')
    .max(noticeStates.length)
    .optional()
    .meta({ description: 'Refused, failed and unconfirmed when nothing is said.' }),
  code: z
    .string()
    .regex(/^\d[\d.]{0,10}$/, 'Give the beginning of a reply code or an enhanced code.')
    .optional(),
  group: group.optional().meta({ description: 'Only those that ended like this; without `states`.' }),
  notice: noticeId.optional().meta({ description: 'Only this one; without `states` and `group`.' }),
  dryRun: z.boolean().default(false).meta({ description: 'Only say how many.' }),
  expect: z
    .int()
    .positive()
    .max(999_999_999)
    .optional()
    .meta({ description: 'How many you were told; another number moves nothing. Required without `dryRun`.' }),
  reason: wordForRecord.optional().meta({ description: 'Required for suppressed and cancelled ones.' }),
});

export const resent = z
  .strictObject({ total: count, states: z.partialRecord(state, count), maybeAccepted: count })
  .meta({ id: 'Resent' });

export const givenAddress = z.strictObject({ address: z.string().max(1_000) });
export const givenDoubt = z.strictObject({ found: wordForRecord });
export const closed = z.strictObject({ closed: count }).meta({ id: 'Closed' });

export const found = z
  .strictObject({
    found: z.array(
      z.strictObject({
        campaign: z.string(),
        notice: z.string(),
        corrected: z.boolean().meta({ description: 'True when the notice has another address by now.' }),
        kit: z.string(),
        rehearsal: z.boolean(),
        audience,
        locale,
        subject: z.string(),
        state,
        reason: z.string().nullable(),
        maybeAccepted: z.boolean(),
        attempts: z.array(
          z.strictObject({
            at: time,
            settledAt: time.nullable(),
            outcome: z.string(),
            ...toldReply,
            reply: z.string().nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Found', description: 'Was it told, what, when, and how sure that is; as `candor find` answers.' });

export const givenExport = z.strictObject({
  states: z.array(state).max(noticeStates.length).optional().meta({ description: 'All when nothing is said.' }),
  withAddresses: z.boolean().default(false).meta({ description: 'Recorded.' }),
});
