// Who asks, operators and tokens over the API. A token can neither make tokens nor set passwords: one that got
// lost ends with its revocation.
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import { givenToken, madeToken, operatorList, session, tokenList } from '../api/access-schemas.ts';
import type { Serve } from '../api/endpoint.ts';
import { number } from '../api/parts.ts';
import { csrfTokenOf } from '../frame.ts';
import type { AccessPort } from '../ports/access.ts';

export function apiAccessRoutes(serve: Serve, access: AccessPort): void {
  serve(
    {
      method: 'GET',
      path: '/api/session',
      id: 'getSession',
      tag: 'access',
      summary: 'Who asks',
      answer: { status: 200, body: session },
    },
    ({ operator, request }) => ({
      operator: operator.name,
      csrfToken: request.signedIn?.secret ? csrfTokenOf(request.signedIn.secret) : null,
    }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/operators',
      id: 'listOperators',
      tag: 'access',
      summary: 'Everybody who may sign in',
      answer: { status: 200, body: operatorList },
    },
    async () => ({ operators: await access.operators() }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/tokens',
      id: 'listTokens',
      tag: 'access',
      summary: 'API tokens that have not expired',
      answer: { status: 200, body: tokenList },
    },
    async () => ({ tokens: await access.tokens() }),
  );

  serve(
    {
      method: 'POST',
      path: '/api/tokens',
      id: 'makeToken',
      tag: 'access',
      summary: 'Make an API token',
      detail: 'For a person who is signed in, with the cookie of the session.',
      body: givenToken,
      answer: { status: 201, body: madeToken },
      problems: ['person-required'],
      needsPerson: true,
      example: { name: 'Prometheus', days: 90 },
    },
    async ({ body, operator }) => ({ token: await access.makeToken(operator, body.name, body.days) }),
  );

  serve(
    {
      method: 'DELETE',
      path: '/api/tokens/{token}',
      id: 'revokeToken',
      tag: 'access',
      summary: 'Revoke an API token',
      params: z.strictObject({ token: number }),
      answer: { status: 204, body: null },
    },
    async ({ params, operator }) => {
      if (!(await access.revokeToken(params.token, operator.name))) throw new CandorError('resource-unknown');
    },
  );
}
