// Requests whose body does not come. Without a limit anybody, signed in or not, could hold connections open for ever by
// five of sixty thousand promised octets, even after the answer. Promises: a body has arrived within a fixed time, or
// its connection ends; one that the program itself lets take its time (a file of somebody who is signed in) may take as
// long as it moves. What has no body, such as a stream of events, is not looked at.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { CandorError } from '../domain/errors.ts';
import { problemOf } from './problem.ts';
import { pageHeaders } from './response-headers.ts';

/** For a form or a JSON object of at most 64 KB: enough for the slowest line. */
export const usualBodyMs = 30_000;
/** A sender of a file that stands still for so long is gone. */
const stillMs = 60_000;

const waiting = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Limits the bodies of every request of this server, whatever its answer. */
export function limitBodies(server: Server, withinMs: number): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return;
    waiting.set(request, setTimeout(() => void (request.complete || cut(request, response)), withinMs).unref());
    request.once('close', () => clearTimeout(waiting.get(request)));
  });
}

/** Lets the body of this request take as long as it moves: only for a file, and only after the sign-in. */
export function letTakeItsTime({ raw }: FastifyRequest): void {
  clearTimeout(waiting.get(raw));
  raw.setTimeout(stillMs, () => raw.destroy());
}

function cut(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  if (response.headersSent) return void socket.destroy();
  const { status, ...told } = problemOf(new CandorError('request-unfinished'), '');
  response.writeHead(status, {
    ...pageHeaders,
    'content-type': 'application/json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify(told), () => socket.destroy());
}
