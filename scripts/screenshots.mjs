// The tour of the console that takes pictures, compiled and started beside a copy of the built program.
import { runCompiled } from './compiled.mjs';

process.exitCode = await runCompiled(['tests/tour/main.ts'], process.argv.slice(2));
