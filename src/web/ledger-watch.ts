// Requests that the ledger leaves without an answer. A Postgres that is stopped or cut off breaks no connection, so what
// was asked of it waits for ever, and with it the page. Promises: such a request is answered with the ledger's own
// outage within some seconds; one that is merely slow, as a large re-send, goes on for as long as the ledger answers
// probes. Not promised: that nothing of it was done; a commit under way may or may not stand.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CandorError } from '../domain/errors.ts';
import type { WebPorts } from './ports.ts';

export interface LedgerWatch {
  readonly ready: WebPorts['ready'];
  /** How a problem is told to who asked. */
  readonly answer: (error: CandorError, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** Between two looks at a request that has no answer. */
  readonly everyMs: number;
}

/** Until the first look. With the limit of the probe it makes some five seconds, as long as an unreachable ledger takes. */
export const usualLookMs = 2_000;

/** Watches every request of this app from its beginning until its answer begins. */
export function watchLedger(app: FastifyInstance, { ready, answer, everyMs }: LedgerWatch): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  const look = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { ok } = await ready().catch(() => ({ ok: false }));
    // Answered meanwhile, or a stream that lives: nothing more to see to.
    if (!timers.has(request) || reply.sent || reply.raw.headersSent) return;
    if (ok) watch(request, reply);
    else
      await answer(
        new CandorError('ledger-unreachable', { why: 'it took the question and gives no answer' }),
        request,
        reply,
      );
  };
  const watch = (request: FastifyRequest, reply: FastifyReply): void => {
    timers.set(request, setTimeout(() => void look(request, reply).catch(() => reply.raw.destroy()), everyMs).unref());
  };
  const end = (request: FastifyRequest): void => {
    clearTimeout(timers.get(request));
    timers.delete(request);
  };
  app.addHook('onRequest', (request, reply, done) => {
    // A probe has a limit of its own, and would be watched by itself.
    if (request.routeOptions.config.anyHost !== true) {
      watch(request, reply);
      reply.raw.once('close', () => end(request));
    }
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    end(request);
    done(null, payload);
  });
}
