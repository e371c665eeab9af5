// The console's own files; they tell nothing about anybody.
import type { FastifyInstance } from 'fastify';
import { icon } from '../assets/icon.ts';
import { launch } from '../assets/launch.ts';
import { live } from '../assets/live.ts';
import { style } from '../assets/style.ts';
import { upload } from '../assets/upload.ts';

export function assetRoutes(app: FastifyInstance): void {
  const config = { open: true };
  const files = {
    'console.css': ['text/css; charset=utf-8', style],
    'live.js': ['text/javascript; charset=utf-8', live],
    'launch.js': ['text/javascript; charset=utf-8', launch],
    'upload.js': ['text/javascript; charset=utf-8', upload],
    'icon.svg': ['image/svg+xml', icon],
  } as const;
  for (const [name, [type, text]] of Object.entries(files)) {
    app.get(`/assets/${name}`, { config }, (_request, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(text),
    );
  }
}
