// The careful script: the letter is compiled once, and a connection is kept for all its letters.
import { runScript } from './script.ts';

await runScript((letter) => letter.html, Infinity);
