// Campaigns over the API: looking, watching, taking hold. The page /campaigns/:campaign does the same.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import {
  campaignDetail,
  campaignList,
  campaignSummary,
  clock,
  givenClock,
  givenRate,
  status as statusSchema,
  stopped,
} from '../api/campaign-schemas.ts';
import type { Serve } from '../api/endpoint.ts';
import { id, limit, pathOfNext, usualLimit } from '../api/parts.ts';
import { createLiveFigures } from '../live-figures.ts';
import type { StatusPort } from '../ports.ts';
import type { WatchPort } from '../ports/watch.ts';

const params = z.strictObject({ campaign: id });

export function apiCampaignRoutes(
  app: FastifyInstance,
  serve: Serve,
  { status, watch }: { status: StatusPort; watch: WatchPort },
): void {
  const known = async (campaign: string): Promise<CampaignSummary> => {
    const summary = await status.summary(campaign);
    if (summary === null) throw new CandorError('campaign-unknown', { campaign });
    return summary;
  };
  const live = createLiveFigures(async (campaign) => {
    const summary = await status.summary(campaign);
    return summary === null ? null : JSON.stringify(summary);
  });
  app.addHook('preClose', (done) => {
    live.close();
    done();
  });

  serve(
    {
      method: 'GET',
      path: '/api/status',
      id: 'status',
      tag: 'campaigns',
      summary: 'The latest campaign, and the list',
      answer: { status: 200, body: statusSchema },
    },
    async () => ({ latest: await status.summary(null), campaigns: await status.campaigns() }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns',
      id: 'listCampaigns',
      tag: 'campaigns',
      summary: 'Campaigns, newest first',
      query: z.strictObject({ before: id.optional(), limit }),
      answer: { status: 200, body: campaignList },
    },
    async ({ query }) => {
      const wanted = query.limit ?? usualLimit;
      const found = await status.campaigns({
        limit: wanted + 1,
        ...(query.before === undefined ? {} : { before: query.before }),
      });
      const campaigns = found.slice(0, wanted);
      return {
        campaigns,
        next:
          found.length > wanted
            ? pathOfNext('/api/campaigns', { limit: query.limit, before: campaigns.at(-1)?.campaign })
            : null,
      };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}',
      id: 'getCampaign',
      tag: 'campaigns',
      summary: 'One campaign with all that its page shows',
      params,
      answer: { status: 200, body: campaignDetail },
      problems: ['campaign-unknown'],
    },
    async ({ params: { campaign } }) => {
      const [summary, detail] = await Promise.all([known(campaign), watch.detail(campaign)]);
      if (detail === null) throw new CandorError('campaign-unknown', { campaign });
      return { summary, ...detail };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/summary',
      id: 'getSummary',
      tag: 'campaigns',
      summary: 'The account of a campaign',
      params,
      answer: { status: 200, body: campaignSummary },
      problems: ['campaign-unknown'],
    },
    ({ params: { campaign } }) => known(campaign),
  );

  serve(
    {
      method: 'GET',
      path: '/api/campaigns/{campaign}/events',
      id: 'watchCampaign',
      tag: 'campaigns',
      summary: 'The account as it changes',
      detail:
        'Server-sent events, at most two a second. The data of each is a CampaignSummary. The stream stays open when the campaign has finished, because a re-send lets it run again.',
      params,
      answer: {
        status: 200,
        body: { types: ['text/event-stream'], description: 'Events, each with a CampaignSummary.' },
      },
      problems: ['campaign-unknown'],
    },
    async ({ params: { campaign }, request, reply }) => {
      await known(campaign);
      live.stream(campaign, request, reply);
    },
  );

  const changes = ['campaign-unknown', 'campaign-state'] as const;
  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/pause',
      id: 'pauseCampaign',
      tag: 'campaigns',
      summary: 'Pause: nothing new leaves',
      params,
      answer: { status: 200, body: stopped },
      problems: changes,
    },
    ({ params: { campaign }, operator }) => watch.pause(campaign, operator.name),
  );
  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/resume',
      id: 'resumeCampaign',
      tag: 'campaigns',
      summary: 'Go on after a pause or a hold',
      params,
      answer: { status: 200, body: campaignSummary },
      problems: [...changes, 'relay-mismatch', 'account-broken', 'record-changed'],
    },
    ({ params: { campaign }, operator }) => watch.resume(campaign, operator.name),
  );
  serve(
    {
      method: 'POST',
      path: '/api/campaigns/{campaign}/cancel',
      id: 'cancelCampaign',
      tag: 'campaigns',
      summary: 'End it for good',
      params,
      answer: { status: 200, body: stopped },
      problems: changes,
    },
    ({ params: { campaign }, operator }) => watch.cancel(campaign, operator.name),
  );

  serve(
    {
      method: 'PUT',
      path: '/api/campaigns/{campaign}/rate',
      id: 'changeRate',
      tag: 'campaigns',
      summary: 'Change the rate of its relay',
      detail: 'For every campaign on that relay, at once.',
      params,
      body: givenRate,
      answer: { status: 200, body: campaignSummary },
      problems: ['campaign-unknown'],
      example: { perSecond: 20 },
    },
    ({ params: { campaign }, body, operator }) => watch.rate(campaign, body.perSecond, operator.name),
  );

  serve(
    {
      method: 'PUT',
      path: '/api/campaigns/{campaign}/clock',
      id: 'setClock',
      tag: 'campaigns',
      summary: 'Set the clocks of the team',
      params,
      body: givenClock,
      answer: { status: 200, body: clock },
      problems: ['campaign-unknown'],
      example: { targetAt: '2026-11-28T18:00:00Z', awareAt: '2026-11-26T09:00:00Z', authorityHours: 72 },
    },
    async ({ params: { campaign }, body, operator }) => {
      await watch.setClock(campaign, body, operator.name);
      return body;
    },
  );
}
