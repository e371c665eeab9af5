// Recipient files over the API. The file streams straight into the ledger; its name may name somebody, so it
// comes in a header and never in an address.
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CandorError } from '../../domain/errors.ts';
import type { Serve } from '../api/endpoint.ts';
import { id, limit, number, pathOfNext, usualLimit } from '../api/parts.ts';
import { RequestInvalid } from '../api/request-invalid.ts';
import { givenMapping, invalidRows, kitList, upload, uploadList } from '../api/upload-schemas.ts';
import { largestFile, octetsOf, partsOf } from '../multipart.ts';
import type { Looked } from '../looked.ts';
import type { UploadsPort, UploadView } from '../ports/uploads.ts';
import { letTakeItsTime } from '../slow-bodies.ts';
import { lookAtFile, lookAtRows } from './upload-routes.ts';

const params = z.strictObject({ upload: id });
const fileHeaders = z.looseObject({
  'x-file-name': z
    .string()
    .max(1_000)
    .refine(isPercentEncoded, 'Encode the name as encodeURIComponent does.')
    .transform((text) => decodeURIComponent(text))
    .optional()
    .meta({ description: 'Name of the file, percent-encoded. Only for a body that is the file itself.' }),
});

/** Endpoints whose bodies are JSON, or none. */
export function apiUploadRoutes(serve: Serve, uploads: UploadsPort, looked: Looked): void {
  const known = (upload: string): Promise<UploadView> => knownUpload(uploads, upload);
  const shown = async (request: FastifyRequest, id: string): Promise<UploadView> => {
    const upload = await known(id);
    await looked(request, lookAtFile(upload));
    return upload;
  };

  serve(
    {
      method: 'GET',
      path: '/api/kits',
      id: 'listKits',
      tag: 'letters',
      summary: 'The kits at hand',
      answer: { status: 200, body: kitList },
    },
    async () => ({ kits: (await uploads.kits()).map((kit) => ({ id: kit.id, title: kit.title })) }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/uploads',
      id: 'listUploads',
      tag: 'uploads',
      summary: 'Files that wait for something, newest first; at most 50',
      answer: { status: 200, body: uploadList },
    },
    async () => ({ uploads: await uploads.list() }),
  );

  serve(
    {
      method: 'GET',
      path: '/api/uploads/{upload}',
      id: 'getUpload',
      tag: 'uploads',
      summary: 'One file with its account',
      detail: 'While its state is `reading`, `rowsRead` grows; ask again.',
      params,
      answer: { status: 200, body: upload },
      problems: ['upload-unknown', 'looks-limited'],
    },
    ({ params: { upload }, request }) => shown(request, upload),
  );

  serve(
    {
      method: 'PUT',
      path: '/api/uploads/{upload}/mapping',
      id: 'correctMapping',
      tag: 'uploads',
      summary: 'Say which column is which, and which encoding the file has; it is read again',
      params,
      body: givenMapping,
      answer: { status: 202, body: upload },
      problems: [
        'upload-unknown',
        'upload-changed',
        'column-not-found',
        'columns-duplicate',
        'columns-two-emails',
        'looks-limited',
      ],
      example: { version: 1, mapping: { email: 'Contact', name: 3 }, audience: 'affected' },
    },
    async ({ params, body, operator, request }) => {
      const { version, mapping, audience, encoding } = body;
      await uploads.correct(params.upload, {
        version,
        audience,
        encoding,
        mapping: Object.fromEntries(Object.entries(mapping).filter(([, header]) => header !== '')),
        actor: operator.name,
      });
      return shown(request, params.upload);
    },
  );

  serve(
    {
      method: 'DELETE',
      path: '/api/uploads/{upload}',
      id: 'deleteUpload',
      tag: 'uploads',
      summary: 'Delete a file with all that belongs to it',
      params,
      answer: { status: 204, body: null },
      problems: ['upload-unknown', 'upload-launched'],
    },
    async ({ params, operator }) => {
      await uploads.discard(params.upload, operator.name);
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/uploads/{upload}/problems',
      id: 'listProblems',
      tag: 'uploads',
      summary: 'Invalid rows with their cells, by row number',
      params,
      query: z.strictObject({
        code: z
          .string()
          .regex(/^[a-z-]{1,40}$/, 'Give the code of a problem.')
          .optional(),
        after: number.optional(),
        limit,
      }),
      answer: { status: 200, body: invalidRows },
      problems: ['upload-unknown', 'looks-limited'],
    },
    async ({ params, query, request }) => {
      const wanted = query.limit ?? usualLimit;
      const found = await uploads.problems(params.upload, {
        code: query.code ?? null,
        after: query.after ?? 0,
        limit: wanted + 1,
      });
      const rows = found.slice(0, wanted);
      await looked(request, lookAtRows(params.upload, rows.length));
      return {
        rows,
        next:
          found.length > wanted
            ? pathOfNext(`/api/uploads/${params.upload}/problems`, {
                code: query.code,
                limit: query.limit,
                after: rows.at(-1)?.row,
              })
            : null,
      };
    },
  );

  serve(
    {
      method: 'GET',
      path: '/api/uploads/{upload}/invalid.csv',
      id: 'downloadInvalidRows',
      tag: 'uploads',
      summary: 'All invalid rows with reasons, as a file',
      detail: 'No cell runs as a formula in a spreadsheet. The download is recorded.',
      params,
      answer: { status: 200, body: { types: ['text/csv'], description: 'The invalid rows.' } },
      problems: ['upload-unknown', 'looks-limited'],
    },
    async ({ params, operator, reply }) => {
      if ((await known(params.upload)).report?.kind !== 'account') throw new CandorError('upload-unknown');
      const lines = await uploads.invalidCsv(params.upload, operator.name);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="invalid-rows-${params.upload}.csv"`)
        .send(Readable.from(lines));
    },
  );
}

/** The endpoint that takes a file: registered where bodies are left unread. */
export function apiFileRoutes(serve: Serve, uploads: UploadsPort, looked: Looked): void {
  serve(
    {
      method: 'POST',
      path: '/api/uploads',
      id: 'createUpload',
      tag: 'uploads',
      summary: 'Take a recipient file',
      detail:
        'The body is the file itself, or a form with the file as its only part. It is sealed as it comes and read in the background.',
      query: z.strictObject({ kit: z.string().min(1, 'Say which kit it is for.').max(100) }),
      headers: fileHeaders,
      body: {
        types: ['text/csv', 'application/octet-stream', 'multipart/form-data'],
        description: 'The file, of at most 1 GB.',
      },
      answer: { status: 201, body: upload },
      problems: ['kit-not-found', 'upload-missing', 'upload-too-large', 'upload-broken-off', 'file-empty'],
    },
    async ({ query, headers, operator, request, reply }) => {
      letTakeItsTime(request);
      const file = request.isMultipart()
        ? await fileIn(request)
        : { octets: octetsOf(request.raw), fileName: headers['x-file-name'] ?? 'recipients.csv' };
      const id = await uploads.receive({ ...file, kit: query.kit, actor: operator.name });
      void reply.header('location', `/api/uploads/${id}`);
      const received = await knownUpload(uploads, id);
      await looked(request, lookAtFile(received));
      return received;
    },
  );
}

async function fileIn(request: FastifyRequest): Promise<{ octets: AsyncIterable<Uint8Array>; fileName: string }> {
  for await (const part of partsOf(request, { files: 1, fields: 0, fileSize: largestFile })) {
    if (part.type === 'field')
      throw new RequestInvalid([
        {
          in: 'body',
          field: part.fieldname.slice(0, 200),
          message: 'There is no such field. The kit stands in the query.',
        },
      ]);
    return { octets: octetsOf(part.file), fileName: part.filename === '' ? 'recipients.csv' : part.filename };
  }
  throw new CandorError('upload-missing');
}

async function knownUpload(uploads: UploadsPort, id: string): Promise<UploadView> {
  const found = await uploads.get(id);
  if (found === null) throw new CandorError('upload-unknown');
  return found;
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}
