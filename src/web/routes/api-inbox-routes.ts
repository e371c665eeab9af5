// The built-in inbox over the API: the letters of rehearsals.
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import { inboxLetter, inboxList } from '../api/access-schemas.ts';
import type { Serve } from '../api/endpoint.ts';
import { limit, pathOfNext, usualLimit } from '../api/parts.ts';
import type { Looked } from '../looked.ts';
import type { InboxPort } from '../ports.ts';
import { lookAtLetter, lookAtList } from './inbox-routes.ts';

const letterId = z
  .string()
  .regex(/^\d{1,15}$/, 'Give the id of a letter.')
  .transform(Number);

export function apiInboxRoutes(serve: Serve, inbox: InboxPort, looked: Looked): void {
  serve(
    {
      method: 'GET',
      path: '/api/inbox',
      id: 'listInbox',
      tag: 'inbox',
      summary: 'Letters, newest first',
      detail: 'Only where no relay is set.',
      query: z.strictObject({ before: letterId.optional(), limit }),
      answer: { status: 200, body: inboxList },
      problems: ['looks-limited'],
    },
    async ({ query, request }) => {
      const wanted = query.limit ?? usualLimit;
      // One letter more than the page holds tells whether there are older ones.
      const [found, count] = await Promise.all([
        inbox.list({ limit: wanted + 1, ...(query.before === undefined ? {} : { before: query.before }) }),
        inbox.count(),
      ]);
      const letters = found
        .slice(0, wanted)
        .map(({ id, receivedAt, from, to, subject }) => ({ id, receivedAt, from, to, subject }));
      await looked(request, lookAtList(letters));
      return {
        count,
        letters,
        next:
          found.length > wanted ? pathOfNext('/api/inbox', { limit: query.limit, before: letters.at(-1)?.id }) : null,
      };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/inbox/{letter}',
      id: 'getInboxLetter',
      tag: 'inbox',
      summary: 'One letter',
      detail: 'Its HTML comes as it was mailed: show it in a sandboxed frame.',
      params: z.strictObject({ letter: letterId }),
      answer: { status: 200, body: inboxLetter },
      problems: ['looks-limited'],
    },
    async ({ params, request }) => {
      const found = await inbox.get(params.letter);
      if (found === null) throw new CandorError('resource-unknown');
      await looked(request, lookAtLetter);
      return found;
    },
  );
}
