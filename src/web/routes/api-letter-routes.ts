// Letters and launches over the API.
import { z } from 'zod';
import { categoriesOf } from '../../domain/category.ts';
import { CandorError } from '../../domain/errors.ts';
import type { Serve } from '../api/endpoint.ts';
import { audience, id, number, refuseFields, shownCategories } from '../api/parts.ts';
import {
  givenLaunch,
  givenTest,
  launch,
  launchQuery,
  letter,
  letterList,
  rowLetter,
  tested,
} from '../api/upload-schemas.ts';
import { toConfirm, unconfirmed } from '../launch-checks.ts';
import type { Looked } from '../looked.ts';
import type { LaunchPort, LettersPort, ShownLetters } from '../ports/letters.ts';
import type { UploadsPort, UploadView } from '../ports/uploads.ts';
import { lookAtRow } from './letters-routes.ts';

const ofKit = z.strictObject({ kit: z.string().regex(/^[\w.-]{1,100}$/) });
const ofUpload = z.strictObject({ upload: id });
const query = z.strictObject({ categories: shownCategories });

export interface LetterPorts {
  readonly uploads: UploadsPort;
  readonly letters: LettersPort;
  readonly launches: LaunchPort;
  readonly looked: Looked;
}

export function apiLetterRoutes(serve: Serve, { uploads, letters, launches, looked }: LetterPorts): void {
  const lettersOf = async (kit: string, categories: number | undefined): Promise<ShownLetters> => {
    if (!(await uploads.kits()).some((known) => known.id === kit)) throw new CandorError('resource-unknown');
    return letters.letters(kit, categories ?? null);
  };
  const known = async (upload: string): Promise<UploadView> => {
    const found = await uploads.get(upload);
    if (found === null) throw new CandorError('upload-unknown');
    return found;
  };

  serve(
    {
      method: 'GET',
      path: '/api/kits/{kit}/letters',
      id: 'listLetters',
      tag: 'letters',
      summary: 'The letters of a kit',
      params: ofKit,
      query,
      answer: { status: 200, body: letterList },
    },
    async ({ params, query: { categories } }) => {
      const { kit, letters: all } = await lettersOf(params.kit, categories);
      return {
        kit,
        letters: all.map(({ audience, locale, subject, opening }) => ({ audience, locale, subject, opening })),
      };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/kits/{kit}/letters/{audience}/{locale}',
      id: 'getLetter',
      tag: 'letters',
      summary: 'One letter as HTML, text and source',
      params: ofKit.extend({ audience, locale: z.string().max(40) }),
      query,
      answer: { status: 200, body: letter },
    },
    async ({ params, query: { categories } }) => {
      const { kit, letters: all } = await lettersOf(params.kit, categories);
      const found = all.find((one) => one.audience === params.audience && one.locale === params.locale);
      if (found === undefined) throw new CandorError('resource-unknown');
      return { kit, ...found };
    },
  );

  serve(
    {
      method: 'POST',
      path: '/api/kits/{kit}/test-letters',
      id: 'sendTestLetters',
      tag: 'letters',
      summary: 'Send test letters to your own address',
      detail: 'Marked as tests; at most 60 in an hour.',
      params: ofKit,
      body: givenTest,
      answer: { status: 200, body: tested },
      problems: ['address-invalid', 'kit-changed', 'test-letter-failed', 'test-letters-throttled'],
      example: { to: 'me@example.com', audience: 'affected', locale: 'en' },
    },
    async ({ params, body, operator }) => {
      const { letters: all } = await lettersOf(params.kit, undefined);
      const { to, audience, locale, kitDigest } = body;
      if (
        !all.some(
          (one) => (audience === null || one.audience === audience) && (locale === null || one.locale === locale),
        )
      )
        refuseFields({ locale: 'The kit has no such letter.' });
      return { accepted: await letters.test(params.kit, { to: to.trim(), audience, locale, kitDigest, operator }) };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/uploads/{upload}/rows/{row}',
      id: 'getRowLetter',
      tag: 'letters',
      summary: 'The notice that a row of the file belongs to',
      params: ofUpload.extend({ row: number }),
      answer: { status: 200, body: rowLetter },
      problems: ['upload-unknown', 'looks-limited'],
    },
    async ({ params, request }) => {
      const found = await letters.row((await known(params.upload)).id, params.row);
      if (found.kind === 'notice') await looked(request, lookAtRow(params.upload));
      return found.kind === 'notice' ? { ...found, categories: categoriesOf(found.categories) } : found;
    },
  );

  const launchOf = async (id: string, except?: string) => {
    // Asked before the upload is read: a launch that ends in between has left its campaign there.
    const launching = launches.launching(id);
    const upload = await known(id);
    const account = upload.report?.kind === 'account' ? upload.report.account : null;
    return {
      terms: await launches.terms(),
      // Of a file that was launched the campaign says it.
      kit: account === null ? null : (await letters.letters(upload.kit, null)).kit,
      warnings: account?.warnings ?? [],
      except: account === null || except === undefined ? null : await launches.leftOut(upload, except),
      version: upload.version,
      notices: account?.notices ?? null,
      confirm: account === null ? null : toConfirm(upload, account),
      launching,
      campaign: upload.campaign,
    };
  };

  serve(
    {
      method: 'GET',
      path: '/api/uploads/{upload}/launch',
      id: 'getLaunch',
      tag: 'launch',
      summary: 'What a launch would use, what it asks to be confirmed, and how far it is',
      params: ofUpload,
      query: launchQuery,
      answer: { status: 200, body: launch },
      problems: ['upload-unknown', 'campaign-unknown'],
    },
    ({ params, query: { except } }) => launchOf(params.upload, except),
  );

  serve(
    {
      method: 'POST',
      path: '/api/uploads/{upload}/launch',
      id: 'launch',
      tag: 'launch',
      summary: 'Launch: import, freeze and begin',
      detail:
        'Goes on in the background: ask the same address until `campaign` is set, or `launching.problem` says why not. Of two launches of a file one becomes a campaign.',
      params: ofUpload,
      body: givenLaunch,
      answer: { status: 202, body: launch },
      problems: [
        'upload-unknown',
        'upload-changed',
        'upload-launched',
        'kit-changed',
        'rate-required',
        'sender-not-official',
      ],
      example: { version: 1, notices: 1200, invalid: true, missing: true, ratePerSecond: 20, first: 20 },
    },
    async ({ params, body, operator }) => {
      const upload = await known(params.upload);
      if (upload.campaign !== null || upload.report?.kind !== 'account')
        throw new CandorError(upload.campaign === null ? 'upload-changed' : 'upload-launched');
      const { version, kitDigest, notices, ratePerSecond, first, startAt, except } = body;
      const again = body.again === true;
      const missing = unconfirmed(upload, upload.report.account, {
        version,
        notices,
        again,
        invalid: body.invalid === true,
        missing: body.missing === true,
        marks: body.marks === true,
      });
      if ('version' in missing) throw new CandorError('upload-changed');
      refuseFields(missing);
      await launches.launch(upload, {
        version,
        kitDigest,
        notices,
        ratePerSecond,
        first,
        startAt,
        except,
        again,
        operator,
      });
      return launchOf(params.upload);
    },
  );
}
