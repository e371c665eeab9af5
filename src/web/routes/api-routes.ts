// The API: its endpoints, the document about them, and the page that shows it. Bodies are JSON and nothing else,
// but for the one endpoint that takes a file.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { documentOf, type OpenApiDocument } from '../api/document.ts';
import { serveOn, type Endpoint } from '../api/endpoint.ts';
import type { Show } from '../frame.ts';
import { lookedOn } from '../looked.ts';
import { createMetrics } from '../metrics.ts';
import { apiDocsPage } from '../pages/api-docs-page.ts';
import type { WebPorts } from '../ports.ts';
import type { Clock } from '../../runtime/clock.ts';
import { apiAccessRoutes } from './api-access-routes.ts';
import { apiCampaignRoutes } from './api-campaign-routes.ts';
import { apiHistoryRoutes } from './api-history-routes.ts';
import { apiInboxRoutes } from './api-inbox-routes.ts';
import { apiLetterRoutes } from './api-letter-routes.ts';
import { apiNoticeRoutes } from './api-notice-routes.ts';
import { apiFileRoutes, apiUploadRoutes } from './api-upload-routes.ts';

const forms = ['application/x-www-form-urlencoded', 'text/plain'];

/** Where a program finds the console that the browser is at: not every resolver knows names under *.localhost. */
function originForPrograms({ protocol, headers }: FastifyRequest): string {
  return `${protocol}://${headers.host?.replace(/^[^:]+\.localhost(?=:|$)/, '127.0.0.1')}`;
}

/** Answers the endpoints; they are all there once the app is ready. */
export function apiRoutes(
  app: FastifyInstance,
  {
    show,
    ports,
    clock,
    cookie,
    publicUrl,
  }: { show: Show; ports: WebPorts; clock: Clock; cookie: () => string; publicUrl: string | null },
): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  let made: OpenApiDocument | null = null;
  const document = (): OpenApiDocument => (made ??= documentOf(endpoints, cookie(), publicUrl));
  const looked = lookedOn(ports.looks);
  const metrics = createMetrics(ports.metrics, clock);

  void app.register((json, _options, done) => {
    json.removeContentTypeParser([...forms, 'multipart/form-data']);
    const serve = serveOn(json, endpoints);
    apiCampaignRoutes(json, serve, ports);
    apiNoticeRoutes(serve, { ...ports, looked });
    apiUploadRoutes(serve, ports.uploads, looked);
    apiLetterRoutes(serve, { ...ports, looked });
    if (ports.inbox !== null) apiInboxRoutes(serve, ports.inbox, looked);
    apiAccessRoutes(serve, ports.access);
    apiHistoryRoutes(serve, ports.looks);
    serve(
      {
        method: 'GET',
        path: '/api/openapi.json',
        id: 'getDocument',
        tag: 'about',
        summary: 'This document',
        answer: { status: 200, body: z.looseObject({ openapi: z.literal('3.1.0') }) },
      },
      () => ({ ...document() }),
    );
    serve(
      {
        method: 'GET',
        path: '/metrics',
        id: 'getMetrics',
        tag: 'about',
        summary: 'Figures for Prometheus',
        detail: 'Read from the ledger at most once a second. Names: docs/OPERATIONS.md.',
        answer: { status: 200, body: { types: ['text/plain'], description: 'Prometheus text.' } },
      },
      async ({ reply }) => reply.type(metrics.contentType).send(await metrics.text()),
    );
    // A token goes where the example says, so it is our own name: the one that is set, or else the Host that the guard let in.
    json.get('/api/docs', (request, reply) =>
      show(request, reply, (frame) =>
        apiDocsPage(frame, {
          document: document(),
          origin: publicUrl ?? originForPrograms(request),
        }),
      ),
    );
    done();
  });

  void app.register((files, _options, done) => {
    files.removeContentTypeParser([...forms, 'application/json']);
    // Left unread: the handler reads the stream.
    files.addContentTypeParser(['text/csv', 'application/octet-stream'], (_request, _payload, read) => read(null));
    apiFileRoutes(serveOn(files, endpoints), ports.uploads, looked);
    done();
  });
  return endpoints;
}
