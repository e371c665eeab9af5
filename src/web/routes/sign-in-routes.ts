// Turns the link from the terminal into a session, once.
import type { FastifyInstance } from 'fastify';
import { CandorError } from '../../domain/errors.ts';
import { cookieValue, type SignIn } from '../sign-in.ts';

export interface SignInRoutesOptions {
  readonly cookie: () => { readonly name: string; readonly secure: boolean };
  readonly onSignedIn: () => void;
}

export function signInRoutes(app: FastifyInstance, signIn: SignIn, options: SignInRoutesOptions): void {
  // No HEAD: what only looks at links must not use them up.
  app.get<{ Querystring: { token?: unknown } }>('/sign-in', { config: { open: true }, exposeHeadRoute: false }, (request, reply) => {
    const { name, secure } = options.cookie();
    const present = cookieValue(request.headers.cookie, name);
    // Whoever opens the link twice in one browser is in already.
    if (present !== null && signIn.isSession(present)) return reply.redirect('/', 303);
    const { token } = request.query;
    const used = signIn.useLink(typeof token === 'string' ? token : '');
    if (!used.ok) throw new CandorError(used.why === 'used' ? 'sign-in-used' : 'sign-in-required');
    void reply.header('set-cookie', `${name}=${used.session}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`);
    options.onSignedIn();
    return reply.redirect('/', 303);
  });
}
