// Campaigns as the API tells them.
import { z } from 'zod';
import { eventParts } from './access-schemas.ts';
import { campaignStates } from '../../domain/campaign-state.ts';
import { noticeStates } from '../../domain/notice-state.ts';
import { fastestPerSecond, slowestPerSecond } from '../launch-checks.ts';
import { count, givenTime, kitShown, leftOut, next, time, warnings } from './parts.ts';

const state = z.enum(campaignStates);

export const campaignLine = z
  .strictObject({
    campaign: z.string(),
    title: z.string().meta({ description: 'Title of its kit.' }),
    state,
    rehearsal: z.boolean(),
    notices: count,
    createdAt: time,
    launchedAt: time.nullable(),
  })
  .meta({ id: 'CampaignLine', description: 'A campaign in the list.' });

export const campaignList = z.strictObject({ campaigns: z.array(campaignLine), next }).meta({ id: 'CampaignList' });

export const campaignSummary = z
  .strictObject({
    campaign: z.string(),
    state,
    reason: z
      .strictObject({ code: z.string(), help: z.string() })
      .nullable()
      .meta({ description: 'Why it stands still, and what to do; null while it does not.' }),
    rehearsal: z.boolean(),
    relay: z.string().meta({ description: '`host:port` of the relay, or `inbox`.' }),
    rows: count,
    invalid: count,
    merged: count,
    conflicts: count,
    suppressed: count,
    notices: count,
    states: z.strictObject(
      Object.fromEntries(noticeStates.map((name) => [name, count])) as Record<
        (typeof noticeStates)[number],
        typeof count
      >,
    ),
    attempts: count.meta({ description: 'Tries that reached MAIL FROM.' }),
    maybeAccepted: count.meta({
      description: 'Notices that may have been accepted by an attempt without a recorded reply.',
    }),
    seconds: z
      .number()
      .meta({ description: 'From the first MAIL FROM to the last settlement, without time paused or held.' }),
    perSecond: z.number(),
    etaSeconds: z.number().nullable().meta({ description: 'Null when unknown, and while no worker is at work.' }),
    warnings,
    kit: kitShown,
    except: leftOut.nullable().meta({ description: 'Whom `except` left out, and whom not; null without it.' }),
    ratePerSecond: z.number().nullable().meta({ description: 'The limit of the relay; null: none.' }),
    throttledPerSecond: z.number().nullable().meta({ description: 'Set while the relay asks for less.' }),
    domainLimits: z
      .array(z.strictObject({ domain: z.string(), perSecond: z.number() }))
      .meta({ description: 'Limits of receiving domains, as people named them.' }),
    workers: count
      .nullable()
      .meta({ description: 'Workers of its relay that are at work now; null when it needs none.' }),
    startAt: time.nullable().meta({ description: 'When a campaign that waits will start.' }),
    restored: z.strictObject({ at: time, authenticated: z.boolean() }).nullable().meta({
      description:
        'The moment of the backup that it came from, and whether a MAC vouches for that; null for one made here.',
    }),
  })
  .meta({
    id: 'CampaignSummary',
    description:
      'The account of a campaign, as `candor status --json` tells it. rows = invalid + merged + notices, and notices = the sum over the states.',
  });

export const status = z
  .strictObject({ latest: campaignSummary.nullable(), campaigns: z.array(campaignLine) })
  .meta({ id: 'Status', description: 'The campaign that was launched last, and the newest hundred.' });

export const clock = z
  .strictObject({
    targetAt: time.nullable().meta({ description: 'When the team wants everybody to be told.' }),
    awareAt: time.nullable().meta({ description: 'When the team became aware of the incident.' }),
    authorityHours: z
      .int()
      .meta({ description: 'Hours after that to tell the authority (Art. 33); not about the people told.' }),
  })
  .meta({ id: 'Clock' });

export const givenClock = z.strictObject({
  targetAt: givenTime.nullable(),
  awareAt: givenTime.nullable(),
  authorityHours: z.int('Give a whole number of hours.').min(1, 'At least one hour.').max(720, 'At most 720 hours.'),
});

export const givenRate = z.strictObject({
  perSecond: z
    .number('Give a number of letters per second.')
    .min(slowestPerSecond, `At least ${slowestPerSecond} a second.`)
    .max(fastestPerSecond, 'At most 100,000 a second.'),
});

export const campaignDetail = z
  .strictObject({
    summary: campaignSummary,
    title: z.string(),
    from: z.string(),
    launchedAt: time.nullable(),
    launchedBy: z.string().nullable(),
    clock,
    pulses: z
      .array(z.strictObject({ at: time, accepted: count, settled: count }))
      .meta({ description: 'How far it was, every ten seconds; at most some 240 of them.' }),
    replies: z
      .array(
        z.strictObject({
          outcome: z.string(),
          replyCode: z.int().nullable(),
          enhancedCode: z.string().nullable(),
          rule: z.string().nullable(),
          attempts: count,
          latestAt: time,
          reply: z.string().nullable().meta({
            description: 'Scrubbed: no address stands in it. A text of the relay: escape it where you show it.',
          }),
        }),
      )
      .meta({ description: 'What the relay says, grouped; accepted ones are left out.' }),
    lagging: z
      .array(z.strictObject({ domain: z.string(), notices: count }))
      .meta({ description: 'Domains that lag, of a sample.' }),
    events: z
      .array(z.strictObject(eventParts))
      .meta({ description: 'What people and the program did, the latest first.' }),
  })
  .meta({ id: 'Campaign' });

export const stopped = z
  .strictObject({
    accepted: count,
    onTheWire: count.meta({ description: 'Letters on the wire at that moment; they are finished.' }),
  })
  .meta({ id: 'Stopped' });
