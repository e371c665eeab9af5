// What surrounds every page: who is signed in, what stands in the navigation, what nobody may overlook.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html, type Html } from './html.ts';
import type { Operator } from './ports/access.ts';

export interface HeldLine {
  readonly campaign: string;
  readonly title: string;
  /** Code of the hold. */
  readonly reason: string;
}

export interface Frame {
  /** Null before sign-in: then there is no navigation. */
  readonly operator: Operator | null;
  /** Token for the forms of this session. */
  readonly csrf: string;
  /** False when a relay is set. */
  readonly inbox: boolean;
  readonly held: readonly HeldLine[];
  /** What the last action did, once. */
  readonly said: string | null;
}

/** Who asks, and by which means. */
export interface SignedIn {
  readonly operator: Operator;
  /** The session's secret; null for an API token. */
  readonly secret: string | null;
  /** False once the session or token has ended; asking does not keep it alive. For answers that last. */
  readonly still: () => Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

/** Sends a page that is built inside its frame. */
export type Show = (
  request: FastifyRequest,
  reply: FastifyReply,
  build: (frame: Frame) => Html,
  status?: number,
) => Promise<FastifyReply>;

/** The operator who asks; only on routes that need a sign-in. */
export function operatorOf(request: FastifyRequest): Operator {
  if (request.signedIn === null) throw new Error('a route without sign-in asked who is signed in');
  return request.signedIn.operator;
}

/** Bound to the session: a token of one is worth nothing in another, and nothing is stored. */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

/** True when the token is that of the session. */
export function isCsrfToken(token: unknown, secret: string): boolean {
  if (typeof token !== 'string') return false;
  const [given, expected] = [Buffer.from(token), Buffer.from(csrfTokenOf(secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Stands in every form that changes something. */
export function csrfField(frame: Frame): Html {
  return html`<input type="hidden" name="csrf" value="${frame.csrf}">`;
}
