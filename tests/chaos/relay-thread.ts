// The thread of the chaos relay: the scripted relay with an event loop of its own, so that starting and
// killing processes does not move the moments at which it reads a MAIL FROM.
import { parentPort } from 'node:worker_threads';
import { startRelay, type TestRelay } from '../support/relay.ts';
import type { Step } from '../support/relay-script.ts';
import { seenByRelay } from '../support/seen-by-relay.ts';
import { earliestArrival } from './audit.ts';

export type Order =
  | { readonly do: 'open'; readonly seed: number }
  | { readonly do: 'script'; readonly steps: readonly Step[] }
  | { readonly do: 'stop' | 'start' | 'look' | 'record' };

export interface Look {
  readonly port: number;
  readonly accepted: number;
  /** Of the last MAIL FROM, in milliseconds since 1970; 0 before the first. */
  readonly lastMailFromMs: number;
}

let relay: TestRelay | null = null;

/** How often the thread notes that it comes round: what it reads late, because it had no processor, must not look like a burst. */
const tickMs = 2;
const ticks: number[] = [];

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'open') {
    relay = await startRelay({ record: 'digest', seed: order.seed });
    setInterval(() => ticks.push(performance.now()), tickMs);
  }
  const open = relay;
  if (open === null) throw new Error('the relay is not open');
  if (order.do === 'script') open.setScript(order.steps);
  if (order.do === 'stop') await open.stop();
  if (order.do === 'start') await open.start();
  return order.do === 'record' ? seenByRelay(open.record, (ms) => earliestArrival(ticks, ms)) : lookAt(open);
}

function lookAt({ port, record }: TestRelay): Look {
  const last = record.mailFromsMs.at(-1);
  return { port, accepted: record.accepted, lastMailFromMs: last === undefined ? 0 : performance.timeOrigin + last };
}

const answer = (id: number, said: { readonly answer?: unknown; readonly error?: string }): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage({ id, ...said });
};

parentPort?.on('message', ({ id, order }: { readonly id: number; readonly order: Order }) => {
  void obey(order).then(
    (said) => answer(id, { answer: said }),
    (error: unknown) => answer(id, { error: String(error) }),
  );
});
