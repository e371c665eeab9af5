// The careful script with nodemailer's own DKIM signatures.
import { readFileSync } from 'node:fs';
import { runScript } from './script.ts';

await runScript(
  (letter) => letter.html,
  Infinity,
  (keyFile) => ({ domainName: 'openai.com', keySelector: 'bench', privateKey: readFileSync(keyFile, 'utf8') }),
);
