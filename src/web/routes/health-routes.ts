// For whatever watches the process: is it up, and can it do its work? Open, so it names nothing.
import type { FastifyInstance } from 'fastify';
import type { WebPorts } from '../ports.ts';

export function healthRoutes(app: FastifyInstance, ports: WebPorts): void {
  const config = { open: true, anyHost: true };
  app.get('/healthz', { config }, (_request, reply) => reply.send({ ok: true }));
  app.get('/readyz', { config }, async (_request, reply) => {
    const { ok, checks } = await ports.ready();
    return reply.code(ok ? 200 : 503).send({ ok, checks: checks.map((check) => ({ name: check.name, ok: check.ok })) });
  });
}
