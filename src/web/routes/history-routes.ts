// The page of the history.
import type { FastifyInstance } from 'fastify';
import type { Show } from '../frame.ts';
import { historyPage } from '../pages/history-page.ts';
import type { LooksPort } from '../ports/looks.ts';

const eventsPerPage = 100;

export function historyRoutes(app: FastifyInstance, { show, looks }: { show: Show; looks: LooksPort }): void {
  app.get<{ Querystring: { before?: unknown } }>('/history', async (request, reply) => {
    const { before } = request.query;
    const from = typeof before === 'string' && /^\d{1,15}$/.test(before) ? Number(before) : null;
    // One event more than the page shows tells whether there are older ones.
    const found = await looks.history({ before: from, limit: eventsPerPage + 1 });
    const events = found.slice(0, eventsPerPage);
    const older = found.length > eventsPerPage ? (events.at(-1)?.id ?? null) : null;
    return show(request, reply, (frame) => historyPage(frame, { events, newest: from === null, older }));
  });
}
