// The account page and its forms.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import { readForm, type FieldProblems } from '../form-parts.ts';
import { operatorOf, type Show } from '../frame.ts';
import { accountPage, type AccountView } from '../pages/account-page.ts';
import type { AccessPort } from '../ports/access.ts';
import type { SignInThrottle } from '../sign-in-throttle.ts';
import { tryPassword } from '../try-password.ts';
import { newPasswordForm } from './sign-in-routes.ts';

const ownPasswordForm = z
  .object({
    current: z.string('Give your current password.').min(1, 'Give your current password.').max(4_000),
    password: z.string('Choose a password.').max(4_000),
    again: z.string().max(4_000),
  })
  .refine(({ password, again }) => password === again, {
    path: ['again'],
    message: 'The two passwords are not the same.',
  });
const tokenForm = z.object({
  token: z.string('Say what it is for.').trim().min(1, 'Say what it is for.').max(100, 'Use at most 100 characters.'),
  days: z.coerce
    .number('Give a number of days.')
    .int('Give a whole number of days.')
    .min(1, 'At least one day.')
    .max(730, 'At most 730 days.'),
});
const numberParam = z.object({
  id: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
});

/** @param throttle the one of the sign-in: a stolen session is no way round it */
export function accountRoutes(
  app: FastifyInstance,
  { show, access, throttle }: { show: Show; access: AccessPort; throttle: SignInThrottle },
): void {
  const account = async (
    request: FastifyRequest,
    reply: FastifyReply,
    change: Partial<AccountView> = {},
    status = 200,
  ): Promise<FastifyReply> => {
    const [operators, tokens] = await Promise.all([access.operators(), access.tokens()]);
    return show(
      request,
      reply,
      (frame) => accountPage(frame, { operators, tokens, problems: {}, form: null, made: null, ...change }),
      status,
    );
  };
  const wrong = (
    request: FastifyRequest,
    reply: FastifyReply,
    form: AccountView['form'],
    problems: FieldProblems,
    status = 400,
  ): Promise<FastifyReply> => account(request, reply, { form, problems }, status);
  const idOf = (request: FastifyRequest): number => {
    const read = numberParam.safeParse(request.params);
    if (!read.success) throw new CandorError('page-unknown');
    return read.data.id;
  };

  app.get('/account', (request, reply) => account(request, reply));

  app.post('/account/password', async (request, reply) => {
    const operator = operatorOf(request);
    const form = readForm(request.body, ownPasswordForm);
    if (!form.ok) return wrong(request, reply, 'password', form.problems);
    const weak = access.passwordProblem(form.values.password, operator.name);
    if (weak !== null) return wrong(request, reply, 'password', { password: weak });
    const tried = await tryPassword(
      { access, throttle },
      { name: operator.name, password: form.values.current, address: request.ip },
    );
    if (!tried.ok) {
      if (tried.waitSeconds !== null) void reply.header('retry-after', String(tried.waitSeconds));
      return wrong(
        request,
        reply,
        'password',
        { current: tried.message ?? 'This is not your current password.' },
        tried.status === 401 ? 400 : tried.status,
      );
    }
    await access.setPassword(operator.name, form.values.password, operator.name);
    return reply.redirect('/sign-in', 303);
  });

  app.post('/account/sessions', async (request, reply) => {
    const { secret } = request.signedIn ?? {};
    if (secret) await access.endOtherSessions(operatorOf(request).id, secret);
    return reply.redirect('/account?done=sessions-ended', 303);
  });

  app.post('/account/operators', async (request, reply) => {
    const form = readForm(request.body, newPasswordForm);
    if (!form.ok) return wrong(request, reply, 'operator', form.problems);
    const weak = access.passwordProblem(form.values.password, form.values.name);
    if (weak !== null) return wrong(request, reply, 'operator', { password: weak });
    // Without the current password nobody sets their own: an unlocked browser must not become somebody's for good.
    if ((await access.find(form.values.name))?.id === operatorOf(request).id)
      return wrong(request, reply, 'operator', {
        name: 'This is you. Change your own password above, with the current one.',
      });
    await access.setPassword(form.values.name, form.values.password, operatorOf(request).name);
    return reply.redirect('/account?done=operator-saved', 303);
  });

  app.post('/account/operators/:id/remove', async (request, reply) => {
    const [id, operator] = [idOf(request), operatorOf(request)];
    // Whoever removed themselves could leave a console that nobody can enter.
    if (id === operator.id) throw new CandorError('operator-is-you');
    if (!(await access.removeOperator(id, operator.name))) throw new CandorError('page-unknown');
    return reply.redirect('/account?done=operator-removed', 303);
  });

  app.post('/account/tokens', async (request, reply) => {
    const form = readForm(request.body, tokenForm);
    if (!form.ok) return wrong(request, reply, 'token', form.problems);
    const made = await access.makeToken(operatorOf(request), form.values.token, form.values.days);
    // No redirect: the secret must not stand in a URL.
    return account(request, reply, { made });
  });

  app.post('/account/tokens/:id/revoke', async (request, reply) => {
    if (!(await access.revokeToken(idOf(request), operatorOf(request).name))) throw new CandorError('page-unknown');
    return reply.redirect('/account?done=token-revoked', 303);
  });
}
