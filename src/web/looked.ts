// Puts a look at whole addresses on record before the answer that shows them.
import type { FastifyRequest } from 'fastify';
import { operatorOf } from './frame.ts';
import type { LookTaken, LooksPort } from './ports/looks.ts';

/** Records the look. A HEAD shows nothing, nor does an answer without an address: these are none. Throws `looks-limited`. */
export type Looked = (request: FastifyRequest, look: LookTaken) => Promise<void>;

export function lookedOn(looks: LooksPort): Looked {
  return async (request, look) => {
    if (request.method === 'HEAD' || look.addresses === 0) return;
    await looks.record(operatorOf(request).name, look);
  };
}
