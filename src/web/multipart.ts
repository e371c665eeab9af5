// The parts of a form with a file, as they come.
import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { CandorError } from '../domain/errors.ts';

/** Octets of a file. The use case refuses larger ones; this is the net behind it. */
export const largestFile = 1_073_741_824 + 1;

/** The octets of a stream that somebody sends: when it breaks off, that is the sender's doing. */
export async function* octetsOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (cause) {
    throw new CandorError('upload-broken-off', {}, { cause });
  }
}

/** A body that is no such form is the sender's fault. */
export async function* partsOf(
  request: FastifyRequest,
  limits: { files: number; fields: number; fileSize: number; fieldSize?: number },
): AsyncGenerator<Multipart, void> {
  try {
    yield* request.parts({ limits });
  } catch (cause) {
    throw cause instanceof CandorError ? cause : new CandorError('upload-missing', {}, { cause });
  }
}
