// The pages of the built-in inbox.
import type { FastifyInstance } from 'fastify';
import { CandorError } from '../../domain/errors.ts';
import type { Show } from '../frame.ts';
import { inboxPage, lettersPerPage } from '../pages/inbox-page.ts';
import { chooseView, letterPage } from '../pages/letter-page.ts';
import type { Looked } from '../looked.ts';
import type { InboxPort, Letter, LetterLine } from '../ports.ts';
import type { LookTaken } from '../ports/looks.ts';
import { inScheme } from '../letter-scheme.ts';
import { letterHeaders } from '../response-headers.ts';

interface Page {
  Querystring: { before?: unknown; view?: unknown };
}

interface OneLetter extends Page {
  Params: { id: string };
}

export function inboxRoutes(
  app: FastifyInstance,
  { show, inbox, looked }: { show: Show; inbox: InboxPort; looked: Looked },
): void {
  app.get<Page>('/inbox', async (request, reply) => {
    const before = idOf(request.query.before);
    const [{ letters, olderThan }, total] = await Promise.all([readPage(inbox, before, lettersPerPage), inbox.count()]);
    await looked(request, lookAtList(letters));
    return show(request, reply, (frame) => inboxPage(frame, { letters, total, newest: before === null, olderThan }));
  });

  app.get<OneLetter>('/inbox/:id', async (request, reply) => {
    const letter = await readLetter(inbox, request.params.id);
    await looked(request, lookAtLetter);
    const asked = typeof request.query.view === 'string' ? request.query.view : undefined;
    return show(request, reply, (frame) => letterPage(frame, letter, chooseView(letter, asked)));
  });

  app.get<OneLetter>('/inbox/:id/html', async (request, reply) => {
    const letter = await readLetter(inbox, request.params.id);
    if (letter.html === null) throw new CandorError('page-unknown');
    if (showsRecipient(letter.html, letter.to)) await looked(request, lookAtLetter);
    return reply.headers(letterHeaders).type('text/html; charset=utf-8').send(inScheme(letter.html, 'light'));
  });
}

/** The look at one letter: its recipient stands above it. */
export const lookAtLetter: LookTaken = { kind: 'looked-at-letter', campaign: null, addresses: 1 };

/** The look at a list: each letter in it says to whom it went. */
export function lookAtList(letters: readonly LetterLine[]): LookTaken {
  return { kind: 'looked-at-inbox', campaign: null, addresses: letters.length };
}

/** Whether the letter itself names an address of whom it went to. */
function showsRecipient(body: string, to: string): boolean {
  return (to.match(/[^\s<>,;"]+@[^\s<>,;"]+/gu) ?? []).some((address) =>
    body.toLowerCase().includes(address.toLowerCase()),
  );
}

/** One letter more than the page shows tells whether there are older ones. */
async function readPage(
  inbox: InboxPort,
  before: number | null,
  limit: number,
): Promise<{ letters: readonly LetterLine[]; olderThan: number | null }> {
  const found = await inbox.list({ ...(before === null ? {} : { before }), limit: limit + 1 });
  const letters = found.slice(0, limit);
  return { letters, olderThan: found.length > limit ? (letters.at(-1)?.id ?? null) : null };
}

async function readLetter(inbox: InboxPort, text: string): Promise<Letter> {
  const id = idOf(text);
  const letter = id === null ? null : await inbox.get(id);
  if (letter === null) throw new CandorError('page-unknown');
  return letter;
}

function idOf(text: unknown): number | null {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
