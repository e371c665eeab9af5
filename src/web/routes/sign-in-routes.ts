// Signing in and out, and the first password.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import { readForm, typed } from '../form-parts.ts';
import type { Show } from '../frame.ts';
import { firstPasswordPage, signInPage } from '../pages/sign-in-page.ts';
import type { AccessPort } from '../ports/access.ts';
import type { SignInLink } from '../sign-in-link.ts';
import type { SignInThrottle } from '../sign-in-throttle.ts';
import { tryPassword } from '../try-password.ts';

export interface SignInRoutesOptions {
  readonly show: Show;
  readonly access: AccessPort;
  readonly link: SignInLink;
  readonly throttle: SignInThrottle;
  readonly cookie: () => { readonly name: string; readonly secure: boolean };
  /** Whether a cookie set in answer to it would go to other services, too. */
  readonly isShared: (request: FastifyRequest) => boolean;
  readonly onLinkUsed: () => void;
}

const nameField = z
  .string('Give a name.')
  .trim()
  .min(1, 'Give a name.')
  .max(100, 'Use at most 100 characters.')
  .regex(/^[^\p{C}]+$/u, 'The name holds a character that cannot be shown.');
const signInForm = z.object({
  name: z.string('Give your name.').trim().min(1, 'Give your name.').max(100),
  password: z.string('Give your password.').min(1, 'Give your password.').max(2_000),
  next: z.string().optional(),
});
/** Name and a password typed twice; also on the account page. */
export const newPasswordForm = z
  .object({
    name: nameField,
    password: z.string('Choose a password.').max(4_000),
    again: z.string('Type it again.').max(4_000),
  })
  .refine(({ password, again }) => password === again, {
    path: ['again'],
    message: 'The two passwords are not the same.',
  });

export function signInRoutes(app: FastifyInstance, options: SignInRoutesOptions): void {
  const { access, show, link } = options;
  const open = { config: { open: true } };

  const enter = async (
    request: FastifyRequest,
    reply: FastifyReply,
    operator: number,
    next: string,
  ): Promise<FastifyReply> => {
    // A page that was open since before: it leads to where the session can be had.
    if (options.isShared(request)) return reply.redirect('/sign-in', 303);
    const { name, secure } = options.cookie();
    const secret = await access.startSession(operator);
    void reply.header('set-cookie', `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`);
    return reply.redirect(localPath(next), 303);
  };

  app.get<{ Querystring: { next?: unknown } }>('/sign-in', open, async (request, reply) => {
    if (request.signedIn !== null) return reply.redirect('/', 303);
    const next = typeof request.query.next === 'string' ? request.query.next : '';
    return show(request, reply, (frame) =>
      signInPage(frame, { name: '', next: localPath(next), problems: {}, firstStart: false }),
    );
  });

  app.post('/sign-in', open, async (request, reply) => {
    const again = (problems: Record<string, string>, status: number): Promise<FastifyReply> =>
      show(
        request,
        reply,
        (frame) =>
          signInPage(frame, {
            name: typed(request.body, 'name'),
            next: localPath(typed(request.body, 'next')),
            problems,
            firstStart: false,
          }),
        status,
      );
    const form = readForm(request.body, signInForm);
    if (!form.ok) return again(form.problems, 400);
    const { name, password, next } = form.values;
    const tried = await tryPassword(options, { name, password, address: request.ip });
    if (!tried.ok) {
      if (tried.waitSeconds !== null) void reply.header('retry-after', String(tried.waitSeconds));
      return again({ password: tried.message ?? 'Name and password do not fit together.' }, tried.status);
    }
    return enter(request, reply, tried.operator.id, next ?? '');
  });

  // Nothing is spent by looking: what only follows links must not use them up.
  app.get<{ Querystring: { token?: unknown } }>('/first-password', open, async (request, reply) => {
    const token = typeof request.query.token === 'string' ? request.query.token : '';
    if (!link.fits(token)) throw new CandorError('sign-in-link-unknown');
    const first = !(await access.anyOperator());
    return show(request, reply, (frame) =>
      firstPasswordPage({ ...frame, operator: null }, { token, name: '', first, problems: {} }),
    );
  });

  app.post('/first-password', open, async (request, reply) => {
    const token = typed(request.body, 'token');
    if (!link.fits(token)) throw new CandorError('sign-in-link-unknown');
    const form = readForm(request.body, newPasswordForm);
    const problems: Record<string, string> = form.ok ? {} : { ...form.problems };
    const weak = form.ok ? access.passwordProblem(form.values.password, form.values.name) : null;
    if (weak !== null) problems['password'] = weak;
    if (!form.ok || weak !== null) {
      const first = !(await access.anyOperator());
      return show(
        request,
        reply,
        (frame) =>
          firstPasswordPage(
            { ...frame, operator: null },
            { token, name: typed(request.body, 'name'), first, problems },
          ),
        400,
      );
    }
    if (!link.spend(token)) throw new CandorError('sign-in-link-unknown');
    const { name, password } = form.values;
    const operator = (await access.first(name, password)) ?? (await access.setPassword(name, password, 'terminal'));
    options.onLinkUsed();
    return enter(request, reply, operator.id, '/');
  });

  app.post('/sign-out', async (request: FastifyRequest, reply) => {
    if (request.signedIn?.secret) await access.endSession(request.signedIn.secret);
    const { name, secure } = options.cookie();
    void reply.header(
      'set-cookie',
      `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${secure ? '; Secure' : ''}`,
    );
    return reply.redirect('/sign-in', 303);
  });
}

/** A path of this console; anything else (another host, a scheme) becomes the start page. */
export function localPath(next: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.startsWith('/sign-') ? next : '/';
}
