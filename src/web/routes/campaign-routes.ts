// Watching a campaign and taking hold of it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import type { Clock } from '../../runtime/clock.ts';
import { plainNumber, readForm, typed, type FieldProblems } from '../form-parts.ts';
import { operatorOf, type Show } from '../frame.ts';
import { fastestPerSecond, slowestPerSecond } from '../launch-checks.ts';
import { createLiveFigures } from '../live-figures.ts';
import { campaignPage, cancelPage, liveFigures } from '../pages/campaign-page.ts';
import type { StatusPort } from '../ports.ts';
import type { WatchPort } from '../ports/watch.ts';
import { utcTime } from '../utc-time.ts';

interface Named {
  Params: { campaign: string };
}

const optionalTime = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() === '' ? null : value),
  utcTime.nullable(),
);
const rateForm = z.object({
  rate: plainNumber('Give a number of letters per second.').pipe(
    z
      .number()
      .min(slowestPerSecond, `At least ${slowestPerSecond} a second.`)
      .max(fastestPerSecond, 'At most 100,000 a second.'),
  ),
});
const clockForm = z.object({
  target: optionalTime.default(null),
  aware: optionalTime.default(null),
  hours: z.coerce
    .number('Give a number of hours.')
    .int('Give a whole number.')
    .min(1, 'At least one hour.')
    .max(720, 'At most 720 hours.')
    .default(72),
});

export function campaignRoutes(
  app: FastifyInstance,
  ports: { show: Show; status: StatusPort; watch: WatchPort; inbox: boolean; clock: Clock },
): void {
  const { show, status, watch } = ports;
  const known = async (request: FastifyRequest<Named>): Promise<CampaignSummary> => {
    const summary = await status.summary(request.params.campaign);
    if (summary === null) throw new CandorError('campaign-unknown', { campaign: request.params.campaign });
    return summary;
  };
  const titles = new Map<string, string>();
  const titleOf = async (campaign: string): Promise<string> => {
    const known =
      titles.get(campaign) ?? (await status.campaigns()).find((line) => line.campaign === campaign)?.title ?? campaign;
    titles.set(campaign, known);
    return known;
  };
  const live = createLiveFigures(async (campaign) => {
    const summary = await status.summary(campaign);
    return summary === null ? null : liveFigures(summary, await titleOf(campaign), ports.inbox).toString();
  });
  app.addHook('preClose', (done) => {
    live.close();
    done();
  });

  const showCampaign = async (
    request: FastifyRequest<Named>,
    reply: FastifyReply,
    problems: FieldProblems,
  ): Promise<FastifyReply> => {
    const summary = await known(request);
    const [detail, title] = await Promise.all([watch.detail(summary.campaign), titleOf(summary.campaign)]);
    return show(
      request,
      reply,
      (frame) =>
        campaignPage(frame, {
          summary,
          title,
          detail,
          now: ports.clock.now(),
          problems,
          typed: (name) => typed(request.body, name),
        }),
      Object.keys(problems).length > 0 ? 400 : 200,
    );
  };
  const pathOf = (request: FastifyRequest<Named>): string =>
    `/campaigns/${encodeURIComponent(request.params.campaign)}`;

  app.get<Named>('/campaigns/:campaign', (request, reply) => showCampaign(request, reply, {}));

  // A stream has no end that a HEAD could wait for.
  app.get<Named>('/campaigns/:campaign/events', { exposeHeadRoute: false }, async (request, reply) => {
    await known(request);
    live.stream(request.params.campaign, request, reply);
    return reply;
  });

  app.post<Named>('/campaigns/:campaign/pause', async (request, reply) => {
    const { accepted, onTheWire } = await watch.pause(request.params.campaign, operatorOf(request).name);
    return reply.redirect(`${pathOf(request)}?done=paused&n=${accepted}&m=${onTheWire}`, 303);
  });

  app.post<Named>('/campaigns/:campaign/resume', async (request, reply) => {
    await watch.resume(request.params.campaign, operatorOf(request).name);
    return reply.redirect(`${pathOf(request)}?done=resumed`, 303);
  });

  app.get<Named>('/campaigns/:campaign/cancel', async (request, reply) => {
    const summary = await known(request);
    return show(request, reply, (frame) => cancelPage(frame, summary));
  });

  app.post<Named>('/campaigns/:campaign/cancel', async (request, reply) => {
    const { accepted, onTheWire } = await watch.cancel(request.params.campaign, operatorOf(request).name);
    return reply.redirect(`${pathOf(request)}?done=cancelled&n=${accepted}&m=${onTheWire}`, 303);
  });

  app.post<Named>('/campaigns/:campaign/rate', async (request, reply) => {
    const form = readForm(request.body, rateForm);
    if (!form.ok) return showCampaign(request, reply, form.problems);
    await watch.rate(request.params.campaign, form.values.rate, operatorOf(request).name);
    return reply.redirect(`${pathOf(request)}?done=rate-changed&n=${form.values.rate}`, 303);
  });

  app.post<Named>('/campaigns/:campaign/target', async (request, reply) => {
    const form = readForm(request.body, clockForm);
    if (!form.ok) return showCampaign(request, reply, form.problems);
    const { target, aware, hours } = form.values;
    await watch.setClock(
      request.params.campaign,
      { targetAt: target, awareAt: aware, authorityHours: hours },
      operatorOf(request).name,
    );
    return reply.redirect(`${pathOf(request)}?done=target-set`, 303);
  });
}
