// Asks a person at the terminal. The question goes to stderr, so that stdout stays for results. End of
// input and Ctrl-C answer null: nothing was confirmed.
import { createInterface } from 'node:readline';
import { count } from './figures.ts';
import type { Surroundings } from './surroundings.ts';

/** Asks one question after the other. Answers the trimmed text, or null when the person went away. */
export type Ask = (question: string) => Promise<string | null>;

/** True when a person can be asked: input and the screen are terminals. */
export function canAsk(surroundings: Pick<Surroundings, 'stdin' | 'stderr'>): boolean {
  return surroundings.stdin.isTTY === true && surroundings.stderr.isTTY === true;
}

/** Runs `conversation` with a way to ask, and gives the terminal back. */
export async function asking<T>(
  surroundings: Pick<Surroundings, 'stdin' | 'stderr'>,
  conversation: (ask: Ask) => Promise<T>,
): Promise<T> {
  const reader = createInterface({
    input: surroundings.stdin,
    output: surroundings.stderr,
    terminal: true,
    historySize: 0,
  });
  let closed = false;
  reader.once('close', () => (closed = true));
  reader.on('SIGINT', () => {
    surroundings.stderr.write('\n');
    reader.close();
  });
  const ask: Ask = (question) =>
    new Promise((resolve) => {
      if (closed) return resolve(null);
      const gone = (): void => resolve(null);
      reader.once('close', gone);
      reader.question(question, (answer) => {
        reader.off('close', gone);
        resolve(answer.trim());
      });
    });
  try {
    return await conversation(ask);
  } finally {
    reader.close();
  }
}

/** Asks until the answer is a clear yes or no; an empty answer is no. */
export async function askYesNo(ask: Ask, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await ask(`${question} [yes/no] `))?.toLowerCase() ?? 'no';
    if (answer === 'yes' || answer === 'y') return true;
    if (answer === 'no' || answer === 'n' || answer === '') return false;
  }
}

/** Asks for a number that must be typed, with or without separators; three tries. True when it was. */
export async function askNumber(ask: Ask, question: string, wanted: number): Promise<boolean> {
  for (let left = 3; left > 0; left -= 1) {
    const answer = await ask(question);
    if (answer === null || answer === '') return false;
    if (typedNumber(answer) === wanted) return true;
    if (left > 1) question = `That is not ${count(wanted)}. Type the number, or press Enter to leave: `;
  }
  return false;
}

/** Digits, alone or in groups of three as any country writes them; NaN for anything else. */
function typedNumber(answer: string): number {
  return /^(?:\d{1,15}|\d{1,3}(?:[\s,._'’]\d{3})+)$/.test(answer) ? Number(answer.replaceAll(/\D/g, '')) : Number.NaN;
}
