// `npm run chaos`: the chaos run, compiled and started beside a copy of the built program.
import { runCompiled } from './compiled.mjs';

process.exitCode = await runCompiled(
  ['main.ts', 'relay-thread.ts', 'memory-probe.ts'].map((name) => `tests/chaos/${name}`),
  process.argv.slice(2),
);
