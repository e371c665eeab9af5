// What an endpoint of the API takes and answers, said once: requests are checked by these schemas, the document
// is made from them, and tests hold the answers against them.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../domain/error-registry.ts';
import { CandorError } from '../../domain/errors.ts';
import { operatorOf } from '../frame.ts';
import type { Operator } from '../ports/access.ts';
import { RequestInvalid, type RequestProblem } from './request-invalid.ts';

/** In the order in which the document shows them. */
export const tags = ['campaigns', 'notices', 'uploads', 'launch', 'letters', 'inbox', 'access', 'about'] as const;
export type Tag = (typeof tags)[number];

/** What comes or goes as it is, and not as JSON. */
export interface Stream {
  readonly types: readonly string[];
  readonly description: string;
}

export interface Answered {
  readonly status: 200 | 201 | 202 | 204;
  /** Null: nothing but the status. */
  readonly body: z.ZodType | Stream | null;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/api/campaigns/{campaign}`. */
  readonly path: string;
  /** Name of the operation, unique. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly detail?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType | Stream;
  readonly answer: Answered;
  /** Codes beyond those that every endpoint may answer with. */
  readonly problems?: readonly ErrorCode[];
  /** Stands in the document as it is here. */
  readonly example?: unknown;
  /** True where a token will not do: a person has to be signed in. */
  readonly needsPerson?: boolean;
}

/** As JSON.stringify takes it: a time may still be a Date. */
export type Told<Value> = Value extends string
  ? Value | (string extends Value ? Date : never)
  : Value extends readonly (infer One)[]
    ? readonly Told<One>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Told<Value[Key]> }
      : Value;

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Answer<One extends Endpoint> = One['answer']['body'] extends z.ZodType
  ? Told<z.output<One['answer']['body']>>
  : unknown;

export interface Given<One extends Endpoint> {
  readonly params: Read<One['params']>;
  readonly query: Read<One['query']>;
  readonly headers: Read<One['headers']>;
  readonly body: Read<One['body']>;
  readonly operator: Operator;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Opens an endpoint. The handler is given only what the schemas let through. */
export type Serve = <const One extends Endpoint>(
  endpoint: One,
  handle: (given: Given<One>) => Promise<Answer<One>> | Answer<One>,
) => void;

/** Opens endpoints on this app, and writes each down in `endpoints`. */
export function serveOn(app: FastifyInstance, endpoints: Endpoint[]): Serve {
  return (endpoint, handle) => {
    endpoints.push(endpoint);
    const { method, path, answer } = endpoint;
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // A stream that lives has no end that a HEAD could wait for.
      exposeHeadRoute: method === 'GET' && !isStream(answer.body),
      handler: async (request, reply) => {
        const operator = operatorOf(request);
        if (endpoint.needsPerson === true && request.signedIn?.secret === null)
          throw new CandorError('person-required');
        const given = { ...readRequest(endpoint, request), operator, request, reply };
        const answered = await handle(given as never);
        if (reply.sent) return reply;
        void reply.code(answer.status);
        if (answer.body === null) return reply.send();
        return reply.send(answered);
      },
    });
  };
}

export function isStream(body: z.ZodType | Stream | null | undefined): body is Stream {
  return body !== null && body !== undefined && 'types' in body;
}

const nothing = z.strictObject({});

/** All that is wrong with a request at once. An id that cannot be one names nothing. */
function readRequest(
  endpoint: Endpoint,
  request: FastifyRequest,
): { params: unknown; query: unknown; headers: unknown; body: unknown } {
  const params = (endpoint.params ?? nothing).safeParse(request.params);
  if (!params.success) throw new CandorError('resource-unknown');
  const problems: RequestProblem[] = [];
  const read = (place: RequestProblem['in'], schema: z.ZodType, value: unknown): unknown => {
    const found = schema.safeParse(value);
    if (found.success) return found.data;
    problems.push(...found.error.issues.flatMap((issue) => problemsOf(place, issue)));
    return undefined;
  };
  const query = read('query', endpoint.query ?? nothing, request.query);
  const headers = endpoint.headers === undefined ? undefined : read('header', endpoint.headers, request.headers);
  const body =
    endpoint.body === undefined
      ? read('body', z.union([nothing, z.undefined(), z.null()]), request.body)
      : isStream(endpoint.body)
        ? undefined
        : read('body', endpoint.body, request.body);
  if (problems.length > 0) throw new RequestInvalid(problems);
  return { params: params.data, query, headers, body };
}

/** Messages never quote a value. */
function problemsOf(place: RequestProblem['in'], issue: z.core.$ZodIssue): RequestProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .slice(0, 20)
      .map((key) => ({ in: place, field: [...path, key].join('.').slice(0, 200), message: 'There is no such field.' }));
  return [{ in: place, field: path.join('.').slice(0, 200), message: issue.message }];
}
