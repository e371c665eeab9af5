// The history over the API.
import { z } from 'zod';
import { historyList } from '../api/access-schemas.ts';
import type { Serve } from '../api/endpoint.ts';
import { limit, pathOfNext, usualLimit } from '../api/parts.ts';
import type { LooksPort } from '../ports/looks.ts';

const eventId = z
  .string()
  .regex(/^\d{1,15}$/, 'Give the id of an event.')
  .transform(Number);

export function apiHistoryRoutes(serve: Serve, looks: LooksPort): void {
  serve(
    {
      method: 'GET',
      path: '/api/history',
      id: 'listHistory',
      tag: 'access',
      summary: 'What happened, the latest first',
      detail:
        'Looks at whole addresses of the same kind within five minutes are one event with a count. No address stands in it.',
      query: z.strictObject({ before: eventId.optional(), limit }),
      answer: { status: 200, body: historyList },
    },
    async ({ query }) => {
      const wanted = query.limit ?? usualLimit;
      const found = await looks.history({ before: query.before ?? null, limit: wanted + 1 });
      const events = found.slice(0, wanted);
      return {
        events,
        next:
          found.length > wanted ? pathOfNext('/api/history', { limit: query.limit, before: events.at(-1)?.id }) : null,
      };
    },
  );
}
