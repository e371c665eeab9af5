// The start page.
import type { FastifyInstance } from 'fastify';
import type { Show } from '../frame.ts';
import { statusPage } from '../pages/status-page.ts';
import type { WebPorts } from '../ports.ts';

export function statusRoutes(app: FastifyInstance, { show, ports }: { show: Show; ports: WebPorts }): void {
  const { status } = ports;
  app.get('/', async (request, reply) => {
    const [summary, campaigns, uploads] = await Promise.all([
      status.summary(null),
      status.campaigns(),
      ports.uploads.list(),
    ]);
    return show(request, reply, (frame) => statusPage(frame, { summary, campaigns, uploads }));
  });
}
