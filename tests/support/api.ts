// The API as a script calls it: with a token, each answer held against the schema that its endpoint promises.
import { expect } from 'vitest';
import { isStream, type Endpoint } from '../../src/web/api/endpoint.ts';
import { problem } from '../../src/web/api/parts.ts';
import type { Answer, TestConsole } from './console.ts';

export interface Told<Body = unknown> {
  readonly status: number;
  readonly headers: Answer['headers'];
  readonly body: Body;
}

export interface Api {
  readonly token: string;
  /** Calls and checks the answer. `body` goes as JSON, a string or a Buffer as it is. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Told<Body>>;
}

/** Makes a token for the operator who is signed in. */
export async function apiOf(console: TestConsole, cookie: string): Promise<Api> {
  const made = await console.submit('/account/tokens', { token: 'a script', days: '30' }, cookie);
  const token = /candor_[\w-]{43}/.exec(made.body)?.[0] ?? '';
  return {
    token,
    async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const sent = body === undefined ? undefined : raw ? body : JSON.stringify(body);
      const answer = await console.ask(
        path,
        {
          authorization: `Bearer ${token}`,
          ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        method,
        sent,
      );
      return { status: answer.status, headers: answer.headers, body: checked(console, method, path, answer) as Body };
    },
  };
}

/** The answer's body, parsed where it is JSON; fails where it is not what the endpoint promises. */
export function checked(console: Pick<TestConsole, 'server'>, method: string, path: string, answer: Answer): unknown {
  if (answer.status === 204) return expect(answer.body).toBe('');
  if (answer.status >= 400) return problem.parse(JSON.parse(answer.body));
  const endpoint = endpointAt(console.server.endpoints(), method, path);
  expect([path, answer.status]).toEqual([path, endpoint?.answer.status]);
  const promised = endpoint?.answer.body ?? null;
  if (isStream(promised)) return answer.body;
  const told: unknown = JSON.parse(answer.body);
  promised?.parse(told);
  return told;
}

export function endpointAt(endpoints: readonly Endpoint[], method: string, path: string): Endpoint | undefined {
  const parts = (path.split('?')[0] ?? '').split('/');
  return endpoints.find((one) => {
    const pattern = one.path.split('/');
    return (
      one.method === method &&
      pattern.length === parts.length &&
      pattern.every((name, index) => name.startsWith('{') || name === parts[index])
    );
  });
}
