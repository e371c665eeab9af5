#!/usr/bin/env node
// The program's start: gives the real surroundings to the command line and ends with its exit code.
import { readFileSync } from 'node:fs';
import { openApplication } from './app.ts';
import { processEnvironment } from './config/environment.ts';
import { lastWords } from './cli/last-words.ts';
import { runCli } from './cli/run-cli.ts';
import { systemSurroundings } from './cli/surroundings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

lastWords(process);
process.exitCode = await runCli(process.argv.slice(2), systemSurroundings(processEnvironment(), version, openApplication));
// Everything is closed by now. What still keeps the process (a library's timer) must not keep the shell.
setTimeout(() => process.exit(), 500).unref();
