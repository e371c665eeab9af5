// The status page, and the same as JSON.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CandorError } from '../../domain/errors.ts';
import type { Show } from '../frame.ts';
import { statusPage } from '../pages/status-page.ts';
import type { WebPorts } from '../ports.ts';

interface Named {
  Params: { campaign: string };
}

export function statusRoutes(app: FastifyInstance, { show, ports }: { show: Show; ports: WebPorts }): void {
  const { status } = ports;
  const known = async (campaign: string) => {
    const summary = await status.summary(campaign);
    if (summary === null) throw new CandorError('campaign-unknown', { campaign });
    return summary;
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply, campaign: string | null): Promise<FastifyReply> => {
    const [summary, campaigns] = await Promise.all([campaign === null ? status.summary(null) : known(campaign), status.campaigns()]);
    return show(request, reply, (frame) => statusPage(frame, { summary, campaigns }));
  };
  app.get('/', (request, reply) => answer(request, reply, null));
  app.get<Named>('/campaigns/:campaign', (request, reply) => answer(request, reply, request.params.campaign));
  // The same shape as `candor status --json`, with the list beside it.
  app.get('/api/status', async () => ({ latest: await status.summary(null), campaigns: await status.campaigns() }));
  app.get<Named>('/api/status/:campaign', (request) => known(request.params.campaign));
}
