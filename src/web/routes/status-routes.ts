// The start page, and the status as JSON.
import type { FastifyInstance } from 'fastify';
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
  app.get('/', async (request, reply) => {
    const [summary, campaigns, uploads] = await Promise.all([status.summary(null), status.campaigns(), ports.uploads.list()]);
    return show(request, reply, (frame) => statusPage(frame, { summary, campaigns, uploads }));
  });
  // The same shape as `candor status --json`, with the list beside it.
  app.get('/api/status', async () => ({ latest: await status.summary(null), campaigns: await status.campaigns() }));
  app.get<Named>('/api/status/:campaign', (request) => known(request.params.campaign));
}
