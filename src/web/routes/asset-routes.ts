// The console's own files: no more than these three, and they tell nothing about anybody.
import type { FastifyInstance } from 'fastify';
import { icon } from '../assets/icon.ts';
import { live } from '../assets/live.ts';
import { style } from '../assets/style.ts';

export function assetRoutes(app: FastifyInstance): void {
  const config = { open: true };
  const files = { 'console.css': ['text/css; charset=utf-8', style], 'live.js': ['text/javascript; charset=utf-8', live], 'icon.svg': ['image/svg+xml', icon] } as const;
  for (const [name, [type, text]] of Object.entries(files)) {
    app.get(`/assets/${name}`, { config }, (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(text));
  }
}
