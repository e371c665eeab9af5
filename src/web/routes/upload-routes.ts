// Uploads: the file streams straight into the ledger; everything else is small forms.
import { Readable } from 'node:stream';
import type { Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { encodingNamed } from '../../domain/encoding.ts';
import { CandorError } from '../../domain/errors.ts';
import { isCsrfToken, operatorOf, type Show } from '../frame.ts';
import { textsWithAddress } from '../../domain/masked-address.ts';
import { readForm } from '../form-parts.ts';
import type { Looked } from '../looked.ts';
import type { LookTaken } from '../ports/looks.ts';
import { largestFile, octetsOf, partsOf } from '../multipart.ts';
import { newUploadPage, uploadPage } from '../pages/upload-pages.ts';
import { problemsPerPage, uploadProblemsPage } from '../pages/upload-problems-page.ts';
import type { UploadsPort, UploadView } from '../ports/uploads.ts';
import { letTakeItsTime } from '../slow-bodies.ts';

interface OfUpload {
  Params: { upload: string };
  Querystring: { kind?: unknown; after?: unknown };
}

const mappingForm = z
  .object({
    version: z.coerce.number().int(),
    audience: z.enum(['', 'affected', 'unaffected']).catch(''),
    encoding: z.string().max(40).catch(''),
  })
  .catchall(z.string().max(300));

/** The look at an account: the first line of a file without a header is somebody's. */
export function lookAtFile(upload: UploadView): LookTaken {
  const header =
    upload.report === null
      ? []
      : upload.report.kind === 'account'
        ? upload.report.account.header
        : upload.report.fault.header;
  return {
    kind: 'looked-at-file',
    campaign: null,
    upload: upload.id,
    addresses: textsWithAddress(header),
  };
}

/** The look at invalid rows: each is shown as it came. */
export function lookAtRows(upload: string, addresses: number): LookTaken {
  return { kind: 'looked-at-invalid-rows', campaign: null, upload, addresses };
}

/** The form offers numbers; a script may give the header. */
function chosenColumn(cell: string): number | string {
  return /^\d{1,4}$/.test(cell) ? Number(cell) : cell;
}

export function uploadRoutes(
  app: FastifyInstance,
  { show, uploads, looked }: { show: Show; uploads: UploadsPort; looked: Looked },
): void {
  const known = async (request: FastifyRequest<OfUpload>): Promise<UploadView> => {
    const upload = await uploads.get(request.params.upload);
    if (upload === null) throw new CandorError('upload-unknown');
    return upload;
  };

  app.get('/uploads/new', async (request, reply) => {
    const kits = await uploads.kits();
    return show(request, reply, (frame) => newUploadPage(frame, { kits, problems: {} }));
  });

  app.post('/uploads', { config: { csrfInBody: true } }, async (request, reply) => {
    if (!request.isMultipart()) throw new CandorError('upload-missing');
    letTakeItsTime(request);
    const fields = new Map<string, string>();
    for await (const part of partsOf(request, { files: 1, fields: 10, fieldSize: 10_000, fileSize: largestFile })) {
      if (part.type === 'field') {
        if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
        continue;
      }
      // The token stands before the file: without it not an octet is kept.
      if (request.signedIn?.secret && !isCsrfToken(fields.get('csrf'), request.signedIn.secret))
        throw new CandorError('form-expired');
      return await receive(request, reply, part, fields);
    }
    throw new CandorError('upload-missing');
  });

  const receive = async (
    request: FastifyRequest,
    reply: FastifyReply,
    part: Extract<Multipart, { type: 'file' }>,
    fields: ReadonlyMap<string, string>,
  ): Promise<FastifyReply> => {
    if (part.filename === '') {
      part.file.resume();
      throw new CandorError('upload-missing');
    }
    const id = await uploads.receive({
      octets: octetsOf(part.file),
      fileName: part.filename,
      kit: fields.get('kit') ?? '',
      actor: operatorOf(request).name,
    });
    if (request.headers['x-requested-with'] === 'upload.js') return reply.send({ next: `/uploads/${id}` });
    return reply.redirect(`/uploads/${id}`, 303);
  };

  app.get<OfUpload>('/uploads/:upload', async (request, reply) => {
    const upload = await known(request);
    // Of a launched one the file is gone.
    if (upload.campaign === null) await looked(request, lookAtFile(upload));
    return show(request, reply, (frame) => uploadPage(frame, upload));
  });

  app.post<OfUpload>('/uploads/:upload/mapping', async (request, reply) => {
    const upload = await known(request);
    const form = readForm(request.body, mappingForm);
    if (!form.ok) throw new CandorError('form-expired');
    const { version, audience, encoding, ...cells } = form.values;
    const mapping = Object.fromEntries(
      Object.entries(cells).flatMap(([name, cell]) =>
        name.startsWith('column-') && cell !== '' ? [[name.slice('column-'.length), chosenColumn(cell)]] : [],
      ),
    );
    await uploads.correct(upload.id, {
      version,
      mapping,
      audience: audience === '' ? null : audience,
      encoding: encodingNamed(encoding),
      actor: operatorOf(request).name,
    });
    return reply.redirect(`/uploads/${upload.id}?done=mapping-saved`, 303);
  });

  app.post<OfUpload>('/uploads/:upload/delete', async (request, reply) => {
    await uploads.discard((await known(request)).id, operatorOf(request).name);
    return reply.redirect('/?done=upload-deleted', 303);
  });

  app.get<OfUpload>('/uploads/:upload/problems', async (request, reply) => {
    const upload = await known(request);
    const { kind, after } = request.query;
    const code = typeof kind === 'string' && /^[a-z-]{1,40}$/.test(kind) ? kind : null;
    const from = typeof after === 'string' && /^\d{1,9}$/.test(after) ? Number(after) : 0;
    const found = await uploads.problems(upload.id, { code, after: from, limit: problemsPerPage + 1 });
    const rows = found.slice(0, problemsPerPage);
    await looked(request, lookAtRows(upload.id, rows.length));
    return show(request, reply, (frame) =>
      uploadProblemsPage(frame, {
        upload,
        rows,
        code,
        next: found.length > problemsPerPage ? (rows.at(-1)?.row ?? null) : null,
      }),
    );
  });

  // It is recorded who took the rows: a HEAD takes nothing.
  app.get<OfUpload>('/uploads/:upload/invalid.csv', { exposeHeadRoute: false }, async (request, reply) => {
    const upload = await known(request);
    if (upload.report?.kind !== 'account') throw new CandorError('upload-unknown');
    const lines = await uploads.invalidCsv(upload.id, operatorOf(request).name);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="invalid-rows-${upload.id}.csv"`)
      .send(Readable.from(lines));
  });
}
