// Single notices over the API: lists, histories, re-sending, correcting, closing doubts, search, and what is
// taken away. An address that is searched comes in a body: what stands in a URL stands in logs.
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import { namedResendStates, resendableStates } from '../../domain/notice-state.ts';
import type { Serve } from '../api/endpoint.ts';
import {
  closed,
  found,
  givenAddress,
  givenDoubt,
  givenExport,
  givenResend,
  groupList,
  listQuery,
  noticeId,
  noticeList,
  resent,
  wholeNotice,
} from '../api/notice-schemas.ts';
import { id, pathOfNext, refuseFields, usualLimit } from '../api/parts.ts';
import { RequestInvalid } from '../api/request-invalid.ts';
import type { Looked } from '../looked.ts';
import type { StatusPort } from '../ports.ts';
import type { NoticeHistory, NoticesPort, ResendChoice } from '../ports/notices.ts';

const ofCampaign = z.strictObject({ campaign: id });
const ofNotice = z.strictObject({ campaign: id, notice: noticeId });

export function apiNoticeRoutes(
  serve: Serve,
  { notices, status, looked }: { notices: NoticesPort; status: StatusPort; looked: Looked },
): void {
  const known = async (campaign: string): Promise<void> => {
    if ((await status.summary(campaign)) === null) throw new CandorError('campaign-unknown', { campaign });
  };
  const history = async (request: FastifyRequest, campaign: string, notice: string): Promise<NoticeHistory> => {
    const whole = await notices.history(campaign, notice);
    if (whole === null) throw new CandorError('notice-unknown');
    await looked(request, { kind: 'looked-at-notice', campaign, addresses: 1 + whole.formerAddresses.length });
    return whole;
  };
  const unknown = ['campaign-unknown', 'notice-unknown'] as const;

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/notices',
      id: 'listNotices',
      tag: 'notices',
      summary: 'Notices in the order of the file',
      params: ofCampaign,
      query: listQuery,
      answer: { status: 200, body: noticeList },
      problems: ['campaign-unknown', 'record-changed'],
    },
    async ({ params: { campaign }, query }) => {
      const { state, reason, replyCode, enhancedCode, after, limit } = query;
      if (state === undefined && (reason ?? replyCode ?? enhancedCode) !== undefined)
        throw new RequestInvalid([{ in: 'query', field: 'state', message: 'A group has a state.' }]);
      const of =
        state === undefined
          ? null
          : reason === undefined
            ? { state }
            : { group: { state, reason, replyCode: replyCode ?? null, enhancedCode: enhancedCode ?? null } };
      const wanted = limit ?? usualLimit;
      const all = await notices.list(campaign, { of, after: after ?? null, limit: wanted + 1 });
      const shown = all.slice(0, wanted);
      return {
        notices: shown,
        next:
          all.length > wanted
            ? pathOfNext(`/api/campaigns/${campaign}/notices`, {
                state,
                reason,
                replyCode,
                enhancedCode,
                limit,
                after: shown.at(-1)?.notice,
              })
            : null,
      };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/notice-groups',
      id: 'listGroups',
      tag: 'notices',
      summary: 'Why notices were not accepted, the largest group first',
      params: ofCampaign,
      answer: { status: 200, body: groupList },
      problems: ['campaign-unknown'],
    },
    async ({ params }) => ({ groups: await notices.groups(params.campaign) }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/notices/{notice}',
      id: 'getNotice',
      tag: 'notices',
      summary: 'One notice with every attempt',
      params: ofNotice,
      answer: { status: 200, body: wholeNotice },
      problems: [...unknown, 'looks-limited', 'record-changed'],
    },
    ({ params, request }) => history(request, params.campaign, params.notice),
  );

  serve(
    {
      method: 'PUT',
      path: '/api/campaigns/{campaign}/notices/{notice}/address',
      id: 'correctAddress',
      tag: 'notices',
      summary: 'Correct the address of a notice',
      detail: 'It stays the same notice, with another Message-ID; re-send it afterwards.',
      params: ofNotice,
      body: givenAddress,
      answer: { status: 200, body: wholeNotice },
      problems: [
        ...unknown,
        'address-invalid',
        'address-same',
        'address-taken',
        'notice-state',
        'looks-limited',
        'record-changed',
      ],
      example: { address: 'somebody@example.com' },
    },
    async ({ params: { campaign, notice }, body, operator, request }) => {
      await notices.correct(campaign, notice, { address: body.address.trim(), actor: operator.name });
      return history(request, campaign, notice);
    },
  );

  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/notices/{notice}/close',
      id: 'closeDoubt',
      tag: 'notices',
      summary: 'Record what was found out about an unconfirmed notice',
      detail: 'Its state stays: nobody can set `accepted` by hand.',
      params: ofNotice,
      body: givenDoubt,
      answer: { status: 200, body: closed },
      problems: [...unknown, 'notice-state', 'doubt-closed'],
      example: { found: 'The log of the relay shows that it was queued.' },
    },
    async ({ params: { campaign, notice }, body, operator }) => ({
      closed: await notices.close(campaign, notice, { reason: body.found, actor: operator.name }),
    }),
  );

  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/resend',
      id: 'resend',
      tag: 'notices',
      summary: 'A new round for notices that were not accepted',
      detail:
        'First with `dryRun`, then with the number that it told in `expect`. No accepted notice is ever among them.',
      params: ofCampaign,
      body: givenResend,
      answer: { status: 200, body: resent },
      problems: [
        'record-changed',
        'campaign-unknown',
        'campaign-state',
        'notice-unknown',
        'relay-mismatch',
        'resend-changed',
        'resend-reason',
        'resend-state',
        'resend-code',
      ],
      example: { states: ['refused', 'failed'], dryRun: true },
    },
    async ({ params: { campaign }, body, operator }) => {
      const { states, code, group, notice, dryRun, expect, reason } = body;
      if ([states, group, notice].filter((one) => one !== undefined).length > 1)
        refuseFields({ states: 'Give one of states, group and notice.' });
      const only = code === undefined ? {} : { code };
      const choice: ResendChoice =
        notice !== undefined
          ? { ...only, notice, states: namedResendStates }
          : group !== undefined
            ? { ...only, group, states: [group.state] }
            : { ...only, states: states ?? resendableStates };
      if (dryRun) return notices.plan(campaign, choice);
      if (expect === undefined)
        throw new RequestInvalid([{ in: 'body', field: 'expect', message: 'Say how many, as `dryRun` told.' }]);
      return notices.resend(campaign, choice, { expect, reason: reason ?? null, actor: operator.name });
    },
  );

  serve(
    {
      method: 'POST',
      path: '/api/search',
      id: 'search',
      tag: 'notices',
      summary: 'Was this address told, what and when?',
      body: givenAddress,
      answer: { status: 200, body: found },
      problems: ['address-invalid', 'looks-limited', 'record-changed'],
      example: { address: 'somebody@example.com' },
    },
    async ({ body, operator }) => ({ found: await notices.find(body.address.trim(), operator.name) }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/other-channel.csv',
      id: 'downloadOtherChannel',
      tag: 'notices',
      summary: 'Those who need another channel, with their addresses',
      detail: 'No cell runs as a formula in a spreadsheet. The download is recorded.',
      params: ofCampaign,
      answer: { status: 200, body: { types: ['text/csv'], description: 'The list.' } },
      problems: ['campaign-unknown', 'looks-limited', 'record-changed'],
    },
    async ({ params: { campaign }, operator, reply }) => {
      await known(campaign);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="another-channel-${campaign}.csv"`)
        .send(Readable.from(await notices.otherChannel(campaign, operator.name)));
    },
  );

  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/export',
      id: 'export',
      tag: 'notices',
      summary: 'The record per notice, as a ZIP file',
      detail: 'With addresses it is recorded.',
      params: ofCampaign,
      body: givenExport,
      answer: { status: 200, body: { types: ['application/zip'], description: 'The record.' } },
      problems: ['campaign-unknown', 'looks-limited', 'record-changed'],
      example: { states: ['refused'], withAddresses: false },
    },
    async ({ params: { campaign }, body, operator, reply }) => {
      await known(campaign);
      const { states, withAddresses } = body;
      const archive = await notices.archive(campaign, {
        ...(states === undefined || states.length === 0 ? {} : { states }),
        withAddresses,
        actor: operator.name,
      });
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="candor-${campaign}.zip"`)
        .send(archive);
    },
  );
}
