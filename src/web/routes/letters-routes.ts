// Looking at letters, test letters, and the launch.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { audiences } from '../../domain/audience.ts';
import { CandorError, hasCode } from '../../domain/errors.ts';
import type { KitShown } from '../../domain/kit.ts';
import { plainNumber, readForm, typed, type FieldProblems } from '../form-parts.ts';
import { inScheme } from '../letter-scheme.ts';
import { operatorOf, type Show } from '../frame.ts';
import { checkStart, fastestPerSecond, slowestPerSecond, unconfirmed } from '../launch-checks.ts';
import { launchingPage, launchPage } from '../pages/launch-pages.ts';
import { letterLooks, lettersPage, oneLetterPage, rowLetterPage, type LetterLook } from '../pages/letters-pages.ts';
import type { Looked } from '../looked.ts';
import type { StatusPort } from '../ports.ts';
import type { LookTaken } from '../ports/looks.ts';
import type { LaunchPort, LettersPort, LetterView } from '../ports/letters.ts';
import type { UploadsPort, UploadView } from '../ports/uploads.ts';
import { letterHeaders } from '../response-headers.ts';
import { utcTime } from '../utc-time.ts';

interface OfLetter {
  Params: { upload: string; audience: string; locale: string };
  Querystring: { view?: unknown; categories?: unknown; row?: unknown; scheme?: unknown };
}

const wholeNumber = (message: string) =>
  z
    .string(message)
    .transform((text) => text.replaceAll(/[\s.,]/g, ''))
    .pipe(
      z
        .string()
        .regex(/^\d{1,9}$/, message)
        .transform(Number),
    );
const optional = <T>(schema: z.ZodType<T>) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional());
const optionalCampaign = optional(z.string().regex(/^[0-9a-z]{8}$/, 'Choose a campaign of the list.'));
const launchForm = z.object({
  version: z.coerce.number('Load the page again.').int(),
  notices: wholeNumber('Type the number of notices, in digits.'),
  invalid: z.literal('yes').optional(),
  missing: z.literal('yes').optional(),
  marks: z.literal('yes').optional(),
  again: z.literal('yes').optional(),
  kit: optional(z.string().regex(/^[0-9a-f]{64}$/, 'Load the page again.')),
  rate: optional(
    plainNumber('Give a number of letters per second.').pipe(
      z
        .number()
        .min(slowestPerSecond, `At least ${slowestPerSecond} a second.`)
        .max(fastestPerSecond, 'At most 100,000 a second.'),
    ),
  ),
  first: optional(wholeNumber('Give a whole number.').pipe(z.number().min(1, 'At least one.'))),
  start: optional(utcTime.superRefine(checkStart)),
  except: optionalCampaign,
});

/** The digest of a kit that a page names; null where it names none. */
function digestIn(given: unknown): string | null {
  const digest =
    typeof given === 'string' ? given : typeof given === 'object' && given !== null ? Reflect.get(given, 'kit') : null;
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : null;
}

/** The look at the notice of a row: its address stands there. */
export function lookAtRow(upload: string): LookTaken {
  return { kind: 'looked-at-row', campaign: null, upload, addresses: 1 };
}

export interface LettersRoutesPorts {
  readonly show: Show;
  readonly uploads: UploadsPort;
  readonly letters: LettersPort;
  readonly launches: LaunchPort;
  readonly status: StatusPort;
  readonly inbox: boolean;
  readonly looked: Looked;
}

export function lettersRoutes(app: FastifyInstance, ports: LettersRoutesPorts): void {
  const { show, uploads, letters, launches, status, looked } = ports;
  const uploadIn = (request: FastifyRequest): string => z.object({ upload: z.string() }).parse(request.params).upload;
  const known = async (request: FastifyRequest): Promise<UploadView> => {
    const upload = await uploads.get(uploadIn(request));
    if (upload === null) throw new CandorError('upload-unknown');
    return upload;
  };
  /** With its account: letters and launch mean something only then. */
  const readable = async (request: FastifyRequest): Promise<UploadView> => {
    const upload = await known(request);
    if (upload.report?.kind !== 'account' && upload.campaign === null) throw new CandorError('upload-changed');
    return upload;
  };
  const categoriesIn = (request: FastifyRequest<OfLetter>): string =>
    typeof request.query.categories === 'string' && /^\d{1,4}$/.test(request.query.categories)
      ? request.query.categories
      : '';
  const letterOf = async (
    request: FastifyRequest<OfLetter>,
    upload: UploadView,
  ): Promise<{ kit: KitShown; letter: LetterView }> => {
    const shown = categoriesIn(request);
    const { kit, letters: all } = await letters.letters(upload.kit, shown === '' ? null : Number(shown) & 0x1ff);
    const letter = all.find((one) => one.audience === request.params.audience && one.locale === request.params.locale);
    if (letter === undefined) throw new CandorError('page-unknown');
    return { kit, letter };
  };

  const showLetters = async (
    request: FastifyRequest,
    reply: FastifyReply,
    upload: UploadView,
    problems: FieldProblems,
    given = { to: '', row: '' },
  ): Promise<FastifyReply> => {
    const { kit, letters: all } = await letters.letters(upload.kit, null);
    return show(
      request,
      reply,
      (frame) => lettersPage(frame, { upload, kit, letters: all, inbox: ports.inbox, problems, typed: given }),
      Object.keys(problems).length > 0 ? 400 : 200,
    );
  };

  app.get('/uploads/:upload/letters', async (request, reply) =>
    showLetters(request, reply, await readable(request), {}),
  );

  app.get<OfLetter>('/uploads/:upload/letters/:audience/:locale', async (request, reply) => {
    const upload = await readable(request);
    const { kit, letter } = await letterOf(request, upload);
    const look: LetterLook = letterLooks.find((one) => one === request.query.view) ?? 'desktop';
    return show(request, reply, (frame) =>
      oneLetterPage(frame, { upload, kit, letter, look, categories: categoriesIn(request) }),
    );
  });

  app.get<OfLetter>('/uploads/:upload/letters/:audience/:locale/html', async (request, reply) => {
    const { letter } = await letterOf(request, await readable(request));
    return reply
      .headers(letterHeaders)
      .type('text/html; charset=utf-8')
      .send(inScheme(letter.html, request.query.scheme === 'dark' ? 'dark' : 'light'));
  });

  app.get<OfLetter>('/uploads/:upload/rows', async (request, reply) => {
    const upload = await readable(request);
    const row =
      typeof request.query.row === 'string' && /^\d{1,9}$/.test(request.query.row) ? Number(request.query.row) : null;
    if (row === null)
      return showLetters(
        request,
        reply,
        upload,
        { row: 'Give a row number, in digits.' },
        { to: '', row: typeof request.query.row === 'string' ? request.query.row.slice(0, 20) : '' },
      );
    const found = await letters.row(upload.id, row);
    const { kit, letters: all } = await letters.letters(upload.kit, found.kind === 'notice' ? found.categories : null);
    const letter =
      found.kind === 'notice'
        ? (all.find((one) => one.audience === found.audience && one.locale === found.locale) ?? null)
        : null;
    if (found.kind === 'notice') await looked(request, lookAtRow(upload.id));
    return show(request, reply, (frame) => rowLetterPage(frame, { upload, kit, row, found, letter }));
  });

  app.post('/uploads/:upload/test-letter', async (request, reply) => {
    const upload = await readable(request);
    const [audience, locale] = typed(request.body, 'letter').split('/', 2);
    const to = typed(request.body, 'to').trim();
    try {
      const accepted = await letters.test(upload.kit, {
        audience: audiences.find((one) => one === audience) ?? null,
        locale: locale ?? null,
        to,
        kitDigest: digestIn(typed(request.body, 'kit')),
        operator: operatorOf(request),
      });
      return await reply.redirect(`/uploads/${upload.id}/letters?done=test-accepted&n=${accepted}`, 303);
    } catch (error) {
      if (!hasCode(error, 'address-invalid') && !hasCode(error, 'test-letter-failed')) throw error;
      return showLetters(request, reply, upload, { to: error.message }, { to, row: '' });
    }
  });

  const showLaunch = async (
    request: FastifyRequest,
    reply: FastifyReply,
    upload: UploadView,
    problems: FieldProblems,
  ): Promise<FastifyReply> => {
    const except = optionalCampaign.safeParse(typed(request.body, 'except')).data;
    const [terms, { kit, letters: all }, campaigns, leftOut] = await Promise.all([
      launches.terms(),
      letters.letters(upload.kit, null),
      status.campaigns(),
      except === undefined ? null : launches.leftOut(upload, except),
    ]);
    const others = campaigns.filter((line) => !line.rehearsal && line.state !== 'ready');
    return show(
      request,
      reply,
      (frame) =>
        launchPage(frame, {
          upload,
          kit,
          looked: digestIn(request.query),
          leftOut,
          terms,
          letters: all,
          campaigns: others,
          problems,
          typed: (name) => typed(request.body, name),
        }),
      Object.keys(problems).length > 0 ? 400 : 200,
    );
  };

  app.get('/uploads/:upload/launch', async (request, reply) => {
    const upload = await readable(request);
    if (upload.campaign !== null || launches.launching(upload.id)?.problem === null)
      return reply.redirect(`/uploads/${upload.id}/launching`, 303);
    return showLaunch(request, reply, upload, {});
  });

  app.post('/uploads/:upload/launch', async (request, reply) => {
    const upload = await readable(request);
    if (upload.report?.kind !== 'account') throw new CandorError('upload-launched');
    const { account } = upload.report;
    // A question, and not a launch yet.
    if (typed(request.body, 'ask') === 'except') return showLaunch(request, reply, upload, {});
    const form = readForm(request.body, launchForm);
    if (!form.ok) return showLaunch(request, reply, upload, form.problems);
    const { values } = form;
    const { version, ...problems } = unconfirmed(upload, account, {
      version: values.version,
      notices: values.notices,
      invalid: values.invalid === 'yes',
      missing: values.missing === 'yes',
      marks: values.marks === 'yes',
      again: values.again === 'yes',
    });
    // The version has no field of its own: it is told beside the number.
    const shown = version === undefined ? problems : { ...problems, notices: version };
    if (Object.keys(shown).length > 0) return showLaunch(request, reply, upload, shown);
    try {
      await launches.launch(upload, {
        version: values.version,
        kitDigest: values.kit ?? null,
        notices: values.notices,
        ratePerSecond: values.rate ?? null,
        first: values.first ?? null,
        startAt: values.start ?? null,
        except: values.except ?? null,
        again: values.again === 'yes',
        operator: operatorOf(request),
      });
    } catch (error) {
      if (hasCode(error, 'rate-required')) return showLaunch(request, reply, upload, { rate: error.message });
      throw error;
    }
    return reply.redirect(`/uploads/${upload.id}/launching`, 303);
  });

  app.get('/uploads/:upload/launching', async (request, reply) => {
    // Asked before the upload is read: a launch that ends in between has left its campaign there.
    const launching = launches.launching(uploadIn(request));
    const upload = await known(request);
    if (upload.campaign !== null) return reply.redirect(`/campaigns/${upload.campaign}`, 303);
    return show(request, reply, (frame) => launchingPage(frame, { upload, launching }));
  });
}
