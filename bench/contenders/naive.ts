// The naive script: it compiles the MJML for each recipient and leaves the pool as it is by default. What it
// hands over is the finished letter, so that the relay gets the same from everybody.
import mjml2html from 'mjml';
import { runScript } from './script.ts';

await runScript(async (letter) => {
  await mjml2html(letter.mjml, { validationLevel: 'soft', keepComments: false });
  return letter.html;
}, 100);
