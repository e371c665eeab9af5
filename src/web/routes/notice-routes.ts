// Notices: lists, one notice, re-sending, correcting, closing doubts, search, and what is taken away.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError, hasCode } from '../../domain/errors.ts';
import type { Listing } from '../../domain/listed-notice.ts';
import type { ReasonKey } from '../../domain/notice-choice.ts';
import { namedResendStates, noticeStates, resendableStates } from '../../domain/notice-state.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import { readForm, typed, type FieldProblems } from '../form-parts.ts';
import { operatorOf, type Show } from '../frame.ts';
import type { Looked } from '../looked.ts';
import { exportPage, otherChannelPage, searchPage } from '../pages/follow-up-pages.ts';
import { noticePage, noticesPage, noticesPerPage } from '../pages/notice-pages.ts';
import { confirmResendPage, resendPage } from '../pages/resend-pages.ts';
import type { StatusPort } from '../ports.ts';
import type { NoticesPort, ResendChoice } from '../ports/notices.ts';

interface Named {
  Params: { campaign: string };
}
interface OfNotice {
  Params: { campaign: string; notice: string };
}

const noticeId = z.string().regex(/^[0-9a-f]{32}$/);
const blank = (value: unknown): unknown => (value === '' ? undefined : value);
const group = z.object({
  state: z.enum(noticeStates),
  reason: z.string().regex(/^[a-z0-9-]{1,60}$/),
  reply: z.preprocess(blank, z.coerce.number().int().min(200).max(599).optional()),
  enhanced: z.preprocess(
    blank,
    z
      .string()
      .regex(/^[245]\.\d{1,3}\.\d{1,3}$/)
      .optional(),
  ),
});

/** What a person writes into the record must not hold an address. */
export const wordForRecord = z
  .string('Write a sentence.')
  .trim()
  .min(3, 'Write a sentence.')
  .max(500, 'At most 500 characters.')
  .regex(/^[^@]*$/, 'Leave out addresses: this stands in the record as it is.');

/** The group that a query or a form names; null when it names none. */
function groupIn(from: unknown): ReasonKey | null {
  const read = group.safeParse(from);
  if (!read.success) return null;
  const { state, reason, reply, enhanced } = read.data;
  return { state, reason, replyCode: reply ?? null, enhancedCode: enhanced ?? null };
}

function listingIn(query: unknown): Listing {
  const named = groupIn(query);
  if (named !== null) return { group: named };
  const state = z.object({ state: z.enum(noticeStates) }).safeParse(query);
  return state.success ? { state: state.data.state } : null;
}

/** What a query or a form wants re-sent: one notice, one group, or all that a re-send takes. */
function choiceIn(from: unknown): ResendChoice {
  const notice = z.object({ notice: noticeId }).safeParse(from);
  if (notice.success) return { states: namedResendStates, notice: notice.data.notice };
  const named = groupIn(from);
  return named === null ? { states: resendableStates } : { states: [named.state], group: named };
}

export function noticeRoutes(
  app: FastifyInstance,
  { show, status, notices, looked }: { show: Show; status: StatusPort; notices: NoticesPort; looked: Looked },
): void {
  const known = async (request: FastifyRequest<Named>): Promise<{ summary: CampaignSummary; title: string }> => {
    const { campaign } = request.params;
    const [summary, campaigns] = await Promise.all([status.summary(campaign), status.campaigns()]);
    if (summary === null) throw new CandorError('campaign-unknown', { campaign });
    return { summary, title: campaigns.find((line) => line.campaign === campaign)?.title ?? campaign };
  };
  const pathOf = (request: FastifyRequest<Named>): string =>
    `/campaigns/${encodeURIComponent(request.params.campaign)}`;

  app.get<Named>('/campaigns/:campaign/notices', async (request, reply) => {
    const about = await known(request);
    const of = listingIn(request.query);
    const after = z.object({ after: noticeId }).safeParse(request.query);
    const found = await notices.list(about.summary.campaign, {
      of,
      after: after.success ? after.data.after : null,
      limit: noticesPerPage + 1,
    });
    const shown = found.slice(0, noticesPerPage);
    return show(request, reply, (frame) =>
      noticesPage(frame, {
        ...about,
        of,
        notices: shown,
        first: !after.success,
        next: found.length > noticesPerPage ? (shown.at(-1)?.notice ?? null) : null,
      }),
    );
  });

  const showNotice = async (
    request: FastifyRequest<OfNotice>,
    reply: FastifyReply,
    problems: FieldProblems,
    status = Object.keys(problems).length > 0 ? 400 : 200,
  ): Promise<FastifyReply> => {
    const about = await known(request);
    const notice = await notices.history(about.summary.campaign, request.params.notice);
    if (notice === null) throw new CandorError('notice-unknown');
    await looked(request, {
      kind: 'looked-at-notice',
      campaign: about.summary.campaign,
      addresses: 1 + notice.formerAddresses.length,
    });
    return show(
      request,
      reply,
      (frame) => noticePage(frame, { ...about, notice, problems, typed: (name) => typed(request.body, name) }),
      status,
    );
  };
  app.get<OfNotice>('/campaigns/:campaign/notices/:notice', (request, reply) => showNotice(request, reply, {}));

  app.post<OfNotice>('/campaigns/:campaign/notices/:notice/address', async (request, reply) => {
    const { campaign, notice } = request.params;
    try {
      await notices.correct(campaign, notice, {
        address: typed(request.body, 'address').trim(),
        actor: operatorOf(request).name,
      });
    } catch (error) {
      if (
        !hasCode(error, 'address-invalid') &&
        !hasCode(error, 'address-same') &&
        !hasCode(error, 'address-taken') &&
        !hasCode(error, 'notice-state')
      )
        throw error;
      return showNotice(request, reply, { address: error.message });
    }
    return reply.redirect(`${pathOf(request)}/notices/${notice}?done=address-corrected`, 303);
  });

  app.post<OfNotice>('/campaigns/:campaign/notices/:notice/close', async (request, reply) => {
    const { campaign, notice } = request.params;
    const form = readForm(request.body, z.object({ found: wordForRecord }));
    if (!form.ok) return showNotice(request, reply, form.problems);
    try {
      await notices.close(campaign, notice, { reason: form.values.found, actor: operatorOf(request).name });
    } catch (error) {
      if (!hasCode(error, 'notice-state') && !hasCode(error, 'doubt-closed')) throw error;
      // The notice has moved on meanwhile. What was written stands in the form: the person decides where it belongs.
      return showNotice(request, reply, { found: `${error.message} What you wrote was not recorded.` }, 409);
    }
    return reply.redirect(`${pathOf(request)}/notices/${notice}?done=unconfirmed-closed`, 303);
  });

  app.get<Named>('/campaigns/:campaign/resend', async (request, reply) => {
    const about = await known(request);
    const groups = await notices.groups(about.summary.campaign);
    return show(request, reply, (frame) => resendPage(frame, { ...about, groups }));
  });

  const showConfirm = async (
    request: FastifyRequest<Named>,
    reply: FastifyReply,
    choice: ResendChoice,
    problems: FieldProblems,
  ): Promise<FastifyReply> => {
    const about = await known(request);
    const plan = await notices.plan(about.summary.campaign, choice);
    const states =
      choice.notice === undefined ? choice.states : choice.states.filter((state) => (plan.states[state] ?? 0) > 0);
    return show(
      request,
      reply,
      (frame) =>
        confirmResendPage(frame, {
          ...about,
          choice: { ...choice, states },
          plan,
          problems,
          typed: (name) => typed(request.body, name),
        }),
      Object.keys(problems).length > 0 ? 400 : 200,
    );
  };
  app.get<Named>('/campaigns/:campaign/resend/confirm', (request, reply) =>
    showConfirm(request, reply, choiceIn(request.query), {}),
  );

  app.post<Named>('/campaigns/:campaign/resend', async (request, reply) => {
    const choice = choiceIn(request.body);
    const form = readForm(
      request.body,
      z.object({
        expect: z.coerce.number('Load the page again.').int().positive('Load the page again.'),
        why: wordForRecord.optional(),
      }),
    );
    if (!form.ok) return showConfirm(request, reply, choice, form.problems);
    const { expect, why } = form.values;
    try {
      const { total } = await notices.resend(request.params.campaign, choice, {
        expect,
        reason: why ?? null,
        actor: operatorOf(request).name,
      });
      return await reply.redirect(`${pathOf(request)}?done=resent&n=${total}`, 303);
    } catch (error) {
      if (hasCode(error, 'resend-changed')) return showConfirm(request, reply, choice, { expect: error.message });
      if (hasCode(error, 'resend-reason'))
        return showConfirm(request, reply, choice, { why: 'Write why they are told after all.' });
      throw error;
    }
  });

  app.get('/search', async (request, reply) =>
    show(request, reply, (frame) => searchPage(frame, { found: null, typed: '', problems: {} })),
  );

  app.post('/search', async (request, reply) => {
    const address = typed(request.body, 'address').trim();
    try {
      const found = await notices.find(address, operatorOf(request).name);
      return await show(request, reply, (frame) => searchPage(frame, { found, typed: address, problems: {} }));
    } catch (error) {
      if (!hasCode(error, 'address-invalid')) throw error;
      return show(
        request,
        reply,
        (frame) => searchPage(frame, { found: null, typed: address, problems: { address: error.message } }),
        400,
      );
    }
  });

  app.get<Named>('/campaigns/:campaign/other-channel', async (request, reply) => {
    const about = await known(request);
    const untold = await notices.untold(about.summary.campaign);
    return show(request, reply, (frame) => otherChannelPage(frame, { ...about, untold }));
  });

  // It is recorded who took the list: a HEAD takes nothing.
  app.get<Named>('/campaigns/:campaign/other-channel.csv', { exposeHeadRoute: false }, async (request, reply) => {
    const lines = await notices.otherChannel(request.params.campaign, operatorOf(request).name);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="another-channel-${request.params.campaign}.csv"`)
      .send(Readable.from(lines));
  });

  app.get<Named>('/campaigns/:campaign/export', async (request, reply) => {
    const about = await known(request);
    return show(request, reply, (frame) => exportPage(frame, { ...about, problems: {} }));
  });

  app.post<Named>('/campaigns/:campaign/export', async (request, reply) => {
    const { summary } = await known(request);
    const states = noticeStates.filter((state) => typed(request.body, `state-${state}`) !== '');
    const archive = await notices.archive(summary.campaign, {
      ...(states.length === 0 ? {} : { states }),
      withAddresses: typed(request.body, 'addresses') !== '',
      actor: operatorOf(request).name,
    });
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="candor-${summary.campaign}.zip"`)
      .send(archive);
  });
}
