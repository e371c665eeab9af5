// The console's web server. Promises: no answer but /healthz, /readyz, the style sheet and the sign-in
// itself without a session; no answer to a Host that is not ours; nothing personal in a URL or a log.
import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { CandorError } from '../domain/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { isAllowedHost } from './allowed-hosts.ts';
import { problemPage } from './pages/problem-page.ts';
import type { WebPorts } from './ports.ts';
import { problemOf } from './problem.ts';
import { pageHeaders } from './response-headers.ts';
import { assetRoutes } from './routes/asset-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { inboxRoutes } from './routes/inbox-routes.ts';
import { signInRoutes } from './routes/sign-in-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { cookieValue, SignIn } from './sign-in.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a session. */
    readonly open?: boolean;
    /** Answers to any Host: for probes, which ask by whatever address they know. */
    readonly anyHost?: boolean;
  }
}

export interface ServerOptions {
  /** Address to listen on, `127.0.0.1` unless a person chose another. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Origin under which a proxy publishes the console, without a trailing slash; null: none. */
  readonly publicUrl: string | null;
  /** As fastify takes it. */
  readonly trustProxy: boolean | readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called when a sign-in link was used, with the next one: for the person at the terminal, never logged. */
  readonly onSignedIn?: (nextSignInUrl: string) => void;
}

export interface ConsoleServer {
  /**
   * Starts listening. `signInUrl` holds a secret that works once.
   * @throws CandorError `web-port-taken`, `web-host-unusable`
   */
  listen(): Promise<{ readonly url: string; readonly signInUrl: string }>;
  /** A new link; one that was made before and not used stops working. After `listen`. */
  newSignInUrl(): string;
  /** Ends open connections. */
  close(): Promise<void>;
}

/** Makes the server; it listens when it is told to. */
export function createServer(ports: WebPorts, options: ServerOptions): ConsoleServer {
  const trustProxy = typeof options.trustProxy === 'boolean' ? options.trustProxy : [...options.trustProxy];
  const app: FastifyInstance = fastify({
    logger: false,
    trustProxy,
    forceCloseConnections: true,
    requestIdHeader: false,
    genReqId: () => randomBytes(6).toString('hex'),
    routerOptions: { maxParamLength: 200 },
    // An address that cannot be decoded: it never reaches a route, nor the guard.
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  const signIn = new SignIn({ randomBytes, nowMs: () => options.clock.monotonicMs() });
  let url = '';
  const newSignInUrl = (): string => `${url}/sign-in?token=${signIn.newLink()}`;

  const answerProblem = guard(app, signIn, options, ports);
  healthRoutes(app, ports);
  assetRoutes(app);
  statusRoutes(app, ports);
  if (ports.inbox !== null) inboxRoutes(app, ports.inbox);
  signInRoutes(app, signIn, {
    cookie: () => cookieOf(app, options),
    onSignedIn: () => options.onSignedIn?.(newSignInUrl()),
  });

  return {
    listen: async () => {
      await listen(app, options);
      url = options.publicUrl ?? ownUrl(options.host, portOf(app));
      return { url, signInUrl: newSignInUrl() };
    },
    newSignInUrl,
    close: () => app.close(),
  };
}

type AnswerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Sets what happens before every route, and instead of one; answers how a problem is told. */
function guard(app: FastifyInstance, signIn: SignIn, options: ServerOptions, ports: WebPorts): AnswerProblem {
  const signedIn = (request: FastifyRequest): boolean => {
    const secret = cookieValue(request.headers.cookie, cookieOf(app, options).name);
    return secret !== null && signIn.isSession(secret);
  };
  const answerProblem: AnswerProblem = async (error, request, reply) => {
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) options.logger.error({ err: error, reference: request.id, route: request.routeOptions.url }, 'a request failed');
    void reply.code(problem.status).headers(pageHeaders);
    const path = request.url.split('?', 1)[0] ?? '';
    if (path.startsWith('/api/')) return reply.send({ code: problem.code, message: problem.message, help: problem.help });
    return reply.type('text/html; charset=utf-8').send(problemPage(problem, problem.status !== 401 && signedIn(request), ports.inbox !== null).toString());
  };

  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(pageHeaders);
    const config = request.routeOptions.config;
    if (config.anyHost !== true && !isAllowedHost(request.headers.host, options)) done(new CandorError('host-not-allowed'));
    else if (config.open !== true && !signedIn(request)) done(new CandorError('sign-in-required'));
    else done();
  });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => answerProblem(new CandorError('page-unknown'), request, reply));
  return answerProblem;
}

/** Cookies know no ports: the name does, so that two consoles on one machine do not sign each other out. */
function cookieOf(app: FastifyInstance, options: ServerOptions): { name: string; secure: boolean } {
  const secure = options.publicUrl?.startsWith('https:') === true;
  return { name: `${secure ? '__Host-' : ''}candor_session_${portOf(app)}`, secure };
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function ownUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

async function listen(app: FastifyInstance, options: ServerOptions): Promise<void> {
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') throw new CandorError('web-port-taken', { port: options.port }, { cause });
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new CandorError('web-host-unusable', { host: options.host, port: options.port, reason: code }, { cause });
    throw cause;
  }
}
