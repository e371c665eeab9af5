// The document of the API: made from the schemas, complete, and shown on a page without foreign scripts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../../../src/web/api/document.ts';
import { startConsole, type TestConsole } from '../../support/console.ts';

let console: TestConsole;
let cookie: string;
let document: OpenApiDocument;
beforeAll(async () => {
  console = await startConsole();
  cookie = await console.signIn();
  document = JSON.parse((await console.ask('/api/openapi.json', { cookie })).body) as OpenApiDocument;
});
afterAll(() => console.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

describe('the document', () => {
  it('has every route of the API, and only those', () => {
    const served = console.server
      .routes()
      .filter(
        ({ method, path }) =>
          method !== 'HEAD' && (path.startsWith('/api/') || path === '/metrics') && path !== '/api/docs',
      );
    expect(
      operations()
        .map(({ path, method }) => `${method} ${path}`)
        .toSorted(),
    ).toEqual(served.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).toSorted());
  });

  it('names each operation once, with an answer, a summary and every parameter of its path', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(Object.keys(operation.responses)).toContain('default');
      expect(operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      );
    }
  });

  it('refers only to schemas that it has', () => {
    const referred = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(referred.length).toBeGreaterThan(20);
    for (const reference of referred)
      expect(document.components.schemas).toHaveProperty(reference.replace('#/components/schemas/', ''));
  });

  it('closes every object that is sent, so that a slip of the pen is told', () => {
    for (const { operation } of operations()) {
      const body = operation.requestBody?.content['application/json']?.schema;
      if (body !== undefined)
        expect([operation.operationId, body.additionalProperties]).toEqual([operation.operationId, false]);
    }
  });

  it('has examples that the endpoints take', () => {
    for (const { body, example, id } of console.server.endpoints()) {
      if (example !== undefined && body !== undefined && 'safeParse' in body)
        expect([id, body.safeParse(example).success]).toEqual([id, true]);
    }
  });

  it('puts nothing personal into an address', () => {
    const named = operations().flatMap(({ operation }) =>
      operation.parameters.filter((one) => one.in !== 'header').map(({ name }) => name),
    );
    expect(named.filter((name) => /address|email|mail|^to$|name/i.test(name))).toEqual([]);
  });
});

describe('the page', () => {
  it('shows every operation with a call, by templates of our own', async () => {
    const { status, body, headers } = await console.ask('/api/docs', { cookie });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { path, operation } of operations()) {
      expect(body).toContain(`id="op-${operation.operationId}"`);
      expect(body).toContain(`<code>${path}</code>`);
    }
    expect(body.match(/curl -sS/g)?.length).toBe(operations().length + 1);
    expect(body).not.toMatch(/<script|style="/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('sends tokens to the public name, whatever a request says about where it went', async () => {
    for (const publicUrl of ['https://notices.example.org', null]) {
      const proxied = await startConsole({ trustProxy: true, publicUrl });
      try {
        const session = await proxied.signIn();
        const { body } = await proxied.ask('/api/docs', {
          cookie: session,
          'x-forwarded-host': 'attacker.example.com',
          'x-forwarded-proto': 'http',
        });
        expect(body).not.toContain('attacker.example.com');
        expect(body).toContain(`${publicUrl ?? proxied.url}/api/status`);
        const document = JSON.parse((await proxied.ask('/api/openapi.json', { cookie: session })).body) as {
          servers: { url: string }[];
        };
        expect(document.servers).toEqual([{ url: publicUrl ?? '/' }]);
      } finally {
        await proxied.close();
      }
    }
  });

  it('is for those who are signed in, and asks the others to be', async () => {
    const { status, body } = await console.ask('/api/docs');
    expect([status, body.includes('<h1>')]).toEqual([401, true]);
  });
});
