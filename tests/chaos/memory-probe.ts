// Loaded into each process of a soak (`--import`) before the program: says at SIGUSR2 how much of the heap is
// live after a full collection. Appends one JSON line to a file of its own in the folder MEMORY_PROBE.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveOctets } from '../support/live-memory.ts';

const folder = process.env['MEMORY_PROBE'];
if (folder !== undefined) {
  const file = join(folder, `${process.pid}.ndjson`);
  process.on('SIGUSR2', () => appendFileSync(file, `${JSON.stringify({ live: liveOctets() })}\n`));
  // Before this line the signal would end the process.
  appendFileSync(file, '');
}
