#!/usr/bin/env node
// The program's start: gives the real surroundings to the command line and ends with its exit code.
import { readFileSync } from 'node:fs';
import { processEnvironment } from './config/environment.ts';
import { lastWords } from './cli/last-words.ts';
import { runCli } from './cli/run-cli.ts';
import { systemSurroundings, type OpenApplication } from './cli/surroundings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// Loaded when a command needs it: help and mistakes in typing don't.
const open: OpenApplication = async (options) => (await import('./app.ts')).openApplication({ ...options, version });

lastWords(process);
// Node opens its debugger at this signal, to every user of the machine; here nothing happens. It could read the key.
process.on('SIGUSR1', () => undefined);
process.exitCode = await runCli(process.argv.slice(2), systemSurroundings(processEnvironment(), version, open));
// Everything is closed by now. What still keeps the process (a library's timer) must not keep the shell.
setTimeout(() => process.exit(), 500).unref();
