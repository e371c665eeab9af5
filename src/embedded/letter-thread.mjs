// The thread that reads letters of the inbox: a letter that ends it or keeps it busy ends this thread and nothing else
// (letter-reader.ts). Plain JavaScript, because a thread is started from a file as it is.
import { parentPort } from 'node:worker_threads';
import PostalMime, { decodeWords } from 'postal-mime';

/** Bounds of the parser; a letter that passes them is refused by it. */
const bounds = { maxNestingDepth: 30, maxHeadersSize: 200_000, maxRfc822NestingDepth: 0 };

/** @param {Uint8Array} raw */
async function read(raw) {
  const mail = await PostalMime.parse(raw, bounds);
  const first = (name) => decodeWords(mail.headers.find(({ key }) => key === name)?.value ?? '');
  return {
    from: first('from'),
    to: mail.headers
      .filter(({ key }) => key === 'to')
      .map(({ value }) => decodeWords(value))
      .join(', '),
    subject: first('subject'),
    date: first('date'),
    html: withoutLastBreak(mail.html),
    text: withoutLastBreak(mail.text),
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

/** @param {string | undefined} text */
const withoutLastBreak = (text) => text?.replace(/\n$/, '') ?? null;

parentPort?.on('message', ({ raw }) => {
  const answer = (letter) => parentPort?.postMessage({ letter }, []);
  void read(raw).then(answer, () => answer(null));
});
