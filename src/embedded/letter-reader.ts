// Reads letters in a thread of their own, within bounds of time and memory: what came over the wire can end the thread,
// and neither end nor block the process. Promises an answer for every letter, null for one that can't be read.
import { Worker } from 'node:worker_threads';

/** A letter as the thread answers it. */
export interface ReadLetter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** The Date field as it stands. */
  readonly date: string;
  readonly html: string | null;
  readonly text: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface LetterReaderOptions {
  /** A letter that takes longer is not read. A megabyte takes some 30 ms. */
  readonly timeoutMs?: number;
  /** Of the thread's heap. A letter has a megabyte at most. */
  readonly megabytes?: number;
}

interface Waiting {
  readonly raw: Uint8Array;
  readonly answer: (letter: ReadLetter | null) => void;
}

/** Beside `src/` as beside the bundle. */
const threadFile = new URL('../embedded/letter-thread.mjs', import.meta.url);

/** One thread, started with the first letter and after each that ended it; letters wait for each other. */
export class LetterReader {
  readonly #timeoutMs: number;
  readonly #megabytes: number;
  readonly #waiting: Waiting[] = [];
  #thread: Worker | null = null;
  #busy: { readonly answer: Waiting['answer']; readonly timer: NodeJS.Timeout } | null = null;

  constructor({ timeoutMs = 2_000, megabytes = 96 }: LetterReaderOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#megabytes = megabytes;
  }

  /** The letter; null when it can't be read within the bounds. Never rejects. */
  read(raw: Uint8Array): Promise<ReadLetter | null> {
    return new Promise((answer) => {
      this.#waiting.push({ raw, answer });
      this.#next();
    });
  }

  #next(): void {
    if (this.#busy !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const timer = setTimeout(() => this.#giveUp(), this.#timeoutMs);
    this.#busy = { answer: next.answer, timer };
    this.#running().postMessage({ raw: next.raw }, []);
  }

  #running(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(threadFile, {
      // Neither settings nor the key are for a thread that reads strangers' octets.
      env: {},
      stderr: true,
      stdout: true,
      resourceLimits: { maxOldGenerationSizeMb: this.#megabytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    thread.unref();
    thread.on('message', ({ letter }: { letter: ReadLetter | null }) => {
      if (thread === this.#thread) this.#answer(letter);
    });
    const gone = (): void => {
      if (thread === this.#thread) this.#giveUp();
    };
    thread.on('error', gone);
    thread.on('exit', gone);
    this.#thread = thread;
    return thread;
  }

  /** The letter ended the thread, or is taking too long: it is not read, and the next one gets a new thread. */
  #giveUp(): void {
    const thread = this.#thread;
    this.#thread = null;
    void thread?.terminate();
    this.#answer(null);
  }

  #answer(letter: ReadLetter | null): void {
    const busy = this.#busy;
    if (busy === null) return;
    this.#busy = null;
    clearTimeout(busy.timer);
    busy.answer(letter);
    this.#next();
  }
}
