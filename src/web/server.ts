// The console's web server. Promises: no answer but /healthz, /readyz, the assets and the sign-in itself
// without a session or token; no change without a token of the session's own; no answer to a Host that is not
// ours; nothing personal in a URL or a log.
import { randomBytes } from 'node:crypto';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { CandorError } from '../domain/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { isAllowedHost } from './allowed-hosts.ts';
import type { Endpoint } from './api/endpoint.ts';
import { csrfTokenOf, isCsrfToken, type Frame, type Show } from './frame.ts';
import { lookedOn } from './looked.ts';
import { methodsAt, type KnownRoute } from './known-routes.ts';
import { usualLookMs, watchLedger } from './ledger-watch.ts';
import { problemPage } from './pages/problem-page.ts';
import { signInPage } from './pages/sign-in-page.ts';
import { isSharedDoor, ownPlace } from './own-name.ts';
import type { WebPorts } from './ports.ts';
import { problemOf } from './problem.ts';
import { pageHeaders } from './response-headers.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { apiRoutes } from './routes/api-routes.ts';
import { assetRoutes } from './routes/asset-routes.ts';
import { campaignRoutes } from './routes/campaign-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { historyRoutes } from './routes/history-routes.ts';
import { inboxRoutes } from './routes/inbox-routes.ts';
import { lettersRoutes } from './routes/letters-routes.ts';
import { noticeRoutes } from './routes/notice-routes.ts';
import { localPath, signInRoutes } from './routes/sign-in-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { uploadRoutes } from './routes/upload-routes.ts';
import { saidOf } from './said.ts';
import { cookieValue, SignInLink } from './sign-in-link.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { limitBodies, usualBodyMs } from './slow-bodies.ts';
import { isStorable } from './storable-text.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a session. */
    readonly open?: boolean;
    /** Answers to any Host: for probes, which ask by whatever address they know. */
    readonly anyHost?: boolean;
    /** The body is a stream that the route reads: it checks the form's token itself. */
    readonly csrfInBody?: boolean;
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
  /** Makes a link for a new password even where operators exist. */
  readonly newPassword?: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Within so long the body of a request has to be here; by default half a minute. */
  readonly bodyMs?: number;
  /** After so long a request without an answer makes us ask whether the ledger answers at all; by default some seconds. */
  readonly lookMs?: number;
  /** Awaited when a link for a password was made, before it is answered. */
  readonly onLinkMade?: () => Promise<void>;
  /** Called when the link was used: for the person at the terminal. */
  readonly onLinkUsed?: () => void;
}

export interface ConsoleServer {
  /**
   * Starts listening. `signInUrl` holds a secret that sets a password once, while nobody has one (or
   * `newPassword` asks for it); else it is the plain page.
   * @throws CandorError `web-port-taken`, `web-host-unusable`
   */
  listen(): Promise<{
    readonly url: string;
    readonly signInUrl: string;
    readonly port: number;
    /** Where a browser of this machine ends up that opens `url`. */
    readonly browserUrl: string;
  }>;
  /** Every route: method and path. */
  routes(): readonly KnownRoute[];
  /** Every endpoint of the API, with its schemas. */
  endpoints(): readonly Endpoint[];
  /** Ends open connections. */
  close(): Promise<void>;
}

/** What HOST may be so that a browser reaches us by a name under *.localhost. */
const reachedByLocalhost: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1', '0.0.0.0', '::']);

/** Octets of a form; an upload has a limit of its own. */
const largestForm = 65_536;

/** Makes the server; it listens when it is told to. */
export function createServer(ports: WebPorts, options: ServerOptions): ConsoleServer {
  const trustProxy = typeof options.trustProxy === 'boolean' ? options.trustProxy : [...options.trustProxy];
  const app: FastifyInstance = fastify({
    logger: false,
    trustProxy,
    bodyLimit: largestForm,
    forceCloseConnections: true,
    requestIdHeader: false,
    genReqId: () => randomBytes(6).toString('hex'),
    routerOptions: { maxParamLength: 200 },
    // An address that cannot be decoded: it never reaches a route, nor the guard.
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  limitBodies(app.server, options.bodyMs ?? usualBodyMs);
  void app.register(formbody, { bodyLimit: largestForm });
  void app.register(multipart);
  app.decorateRequest('signedIn', null);
  let ownName: string | null = null;
  const door = (): string | null => ownName;
  const known: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url: path, config }) => {
    for (const one of [method].flat()) known.push({ method: one, path, open: config?.open === true });
  });
  const link = new SignInLink(randomBytes);
  const throttle = new SignInThrottle(() => options.clock.monotonicMs());
  const show: Show = async (request, reply, build, status = 200) => {
    const frame = await frameOf(ports, request);
    return reply.code(status).type('text/html; charset=utf-8').send(build(frame).toString());
  };

  const answerProblem = guard(app, options, ports, known, door);
  healthRoutes(app, ports);
  assetRoutes(app);
  signInRoutes(app, {
    show,
    access: ports.access,
    link,
    throttle,
    cookie: () => cookieOf(app, options),
    isShared: (request) => isSharedDoor(request, ownName),
    onLinkUsed: () => options.onLinkUsed?.(),
  });
  const looked = lookedOn(ports.looks);
  accountRoutes(app, { show, access: ports.access, throttle });
  historyRoutes(app, { show, looks: ports.looks });
  statusRoutes(app, { show, ports });
  uploadRoutes(app, { show, uploads: ports.uploads, looked });
  campaignRoutes(app, { show, ...ports, inbox: ports.inbox !== null, clock: options.clock });
  lettersRoutes(app, { show, ...ports, looked, inbox: ports.inbox !== null });
  noticeRoutes(app, { show, ...ports, looked });
  if (ports.inbox !== null) inboxRoutes(app, { show, inbox: ports.inbox, looked });
  const endpoints = apiRoutes(app, {
    show,
    ports,
    clock: options.clock,
    cookie: () => cookieOf(app, options).name,
    publicUrl: options.publicUrl,
  });

  return {
    listen: async () => {
      if (options.publicUrl === null && reachedByLocalhost.has(options.host)) ownName = await ports.access.ownName();
      const host = await listen(app, options);
      const url = options.publicUrl ?? ownUrl(host, portOf(app));
      const wanted = options.newPassword === true || !(await ports.access.anyOperator());
      if (wanted) await options.onLinkMade?.();
      return {
        url,
        port: portOf(app),
        browserUrl: ownName === null ? url : `http://${ownName}:${portOf(app)}`,
        signInUrl: wanted ? `${url}/first-password?token=${link.renew()}` : `${url}/sign-in`,
      };
    },
    routes: () => known,
    endpoints: () => endpoints,
    close: () => app.close(),
  };
}

async function frameOf(ports: WebPorts, request: FastifyRequest): Promise<Frame> {
  const { signedIn } = request;
  return {
    operator: signedIn?.operator ?? null,
    csrf: signedIn?.secret ? csrfTokenOf(signedIn.secret) : '',
    inbox: ports.inbox !== null,
    held: signedIn === null ? [] : await ports.status.held(),
    said: saidOf(request.query),
  };
}

type AnswerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Sets what happens before every route, and instead of one; answers how a problem is told. */
function guard(
  app: FastifyInstance,
  options: ServerOptions,
  ports: WebPorts,
  routes: readonly KnownRoute[],
  ownName: () => string | null,
): AnswerProblem {
  const whoAsks = async (request: FastifyRequest): Promise<FastifyRequest['signedIn']> => {
    const secret = cookieValue(request.headers.cookie, cookieOf(app, options).name);
    if (secret !== null && secret !== '') {
      const operator = await ports.access.session(secret);
      if (operator !== null) return { operator, secret, still: () => ports.access.sessionLives(secret) };
    }
    const bearer = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined || !takesToken(request)) return null;
    const operator = await ports.access.byToken(bearer);
    return operator === null
      ? null
      : { operator, secret: null, still: async () => (await ports.access.byToken(bearer)) !== null };
  };

  watchLedger(app, {
    ready: () => ports.ready(),
    answer: (...problem) => answerProblem(...problem),
    everyMs: options.lookMs ?? usualLookMs,
  });
  const answerProblem: AnswerProblem = async (error, request, reply) => {
    const problem = problemOf(error, request.id);
    if (problem.status >= 500)
      options.logger.error({ err: error, reference: request.id, route: request.routeOptions.url }, 'a request failed');
    void reply.code(problem.status).headers(pageHeaders);
    if (error instanceof CandorError && error.values['retryAfterSeconds'] !== undefined)
      void reply.header('retry-after', String(error.values['retryAfterSeconds']));
    if (problem.status === 401 && takesToken(request)) void reply.header('www-authenticate', 'Bearer');
    if (error instanceof CandorError && error.code === 'method-not-allowed')
      void reply.header('allow', error.values['allowed'] ?? '');
    if (answersJson(request)) {
      const { status: _, ...told } = problem;
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(told));
    }
    const frame: Frame = {
      operator: request.signedIn?.operator ?? null,
      csrf: request.signedIn?.secret ? csrfTokenOf(request.signedIn.secret) : '',
      inbox: ports.inbox !== null,
      held: [],
      said: null,
    };
    const body =
      problem.code === 'sign-in-required'
        ? signInPage(frame, {
            name: '',
            next: request.method === 'GET' ? localPath(request.url) : '/',
            problems: {},
            firstStart: !(await ports.access.anyOperator()),
          })
        : problemPage(frame, problem);
    return reply.type('text/html; charset=utf-8').send(body.toString());
  };

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(pageHeaders);
    const { config } = request.routeOptions;
    if (config.anyHost !== true && !isAllowedHost(request.headers.host, { ...options, ownName: ownName() }))
      throw new CandorError('host-not-allowed');
    if (config.anyHost === true) return;
    const place = ownPlace(request, ownName());
    if (place !== null) return reply.redirect(place, 302);
    if (isChange(request) && isForeign(request)) throw new CandorError('request-foreign');
    if (!isStorable(request.params) || !isStorable(request.query)) throw new CandorError('request-invalid');
    request.signedIn = await whoAsks(request);
    if (request.signedIn === null && config.open !== true) throw new CandorError('sign-in-required');
  });
  app.addHook('preHandler', async (request) => {
    const { signedIn, routeOptions } = request;
    if (!isStorable(request.body)) throw new CandorError('request-invalid');
    if (
      !isChange(request) ||
      signedIn === null ||
      signedIn.secret === null ||
      routeOptions.config.csrfInBody === true ||
      routeOptions.config.open === true
    )
      return;
    const { body } = request;
    const inForm: unknown = typeof body === 'object' && body !== null && 'csrf' in body ? body.csrf : undefined;
    if (!isCsrfToken(inForm ?? request.headers['x-csrf-token'], signedIn.secret)) throw new CandorError('form-expired');
  });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(routes, pathOf(request));
    const problem =
      allowed.length > 0
        ? new CandorError('method-not-allowed', { method: request.method, allowed: allowed.join(', ') })
        : new CandorError(answersJson(request) ? 'resource-unknown' : 'page-unknown');
    return answerProblem(problem, request, reply);
  });
  return answerProblem;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Where an API token opens. */
function takesToken(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return path.startsWith('/api/') || path === '/metrics';
}

/** The page about the API is for people. */
function answersJson(request: FastifyRequest): boolean {
  return takesToken(request) && pathOf(request) !== '/api/docs';
}

function isChange(request: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}

/** True when a browser says that another site's page made this request. */
function isForeign(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  return URL.canParse(origin) ? new URL(origin).host !== host : true;
}

/** Cookies know no ports (own-name.ts): their name does, so that two consoles on one machine do not sign each other out. */
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

/** What the system says of an address that is not this machine's, or a port that is not this user's. */
const unusable: ReadonlySet<string> = new Set(['EACCES', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Answers where it listens. */
async function listen(app: FastifyInstance, options: ServerOptions, host = options.host): Promise<string> {
  try {
    await app.listen({ host, port: options.port });
    return host;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // The default on a machine that has IPv6 only: ::1 is as private.
    if (host === '127.0.0.1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'))
      return listen(app, options, '::1');
    if (code === 'EADDRINUSE') throw new CandorError('web-port-taken', { port: options.port }, { cause });
    if (unusable.has(String(code)))
      throw new CandorError('web-host-unusable', { host, port: options.port, reason: String(code) }, { cause });
    throw cause;
  }
}
