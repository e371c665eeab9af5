import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../../src/runtime/batcher.ts';

/** A batch runner whose batches end when the test says so. */
function heldRunner(): {
  batches: number[][];
  run: (requests: readonly number[]) => Promise<number[]>;
  release: () => void;
} {
  const batches: number[][] = [];
  const gates: (() => void)[] = [];
  return {
    batches,
    async run(requests) {
      batches.push([...requests]);
      await new Promise<void>((resolve) => gates.push(resolve));
      return requests.map((request) => request * 10);
    },
    release: () => gates.shift()?.(),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createBatcher', () => {
  it('carries requests that were made together in one batch, and answers each with its own', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10 });
    const answers = Promise.all([1, 2, 3].map((request) => batcher.submit(request)));
    await turn();
    runner.release();
    expect(await answers).toEqual([10, 20, 30]);
    expect(runner.batches).toEqual([[1, 2, 3]]);
  });

  it('gathers what comes while a batch is under way', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10 });
    const first = batcher.submit(1);
    await turn();
    const later = [2, 3, 4].map((request) => batcher.submit(request));
    await turn();
    expect(runner.batches).toEqual([[1]]);
    runner.release();
    await first;
    await turn();
    runner.release();
    await Promise.all(later);
    expect(runner.batches).toEqual([[1], [2, 3, 4]]);
  });

  it('keeps a batch within its size', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 2, parallel: 3 });
    const answers = Promise.all([1, 2, 3, 4, 5].map((request) => batcher.submit(request)));
    await turn();
    for (let index = 0; index < 3; index += 1) runner.release();
    await answers;
    expect(runner.batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('gives a failed batch’s error to each of its requests, and goes on', async () => {
    let calls = 0;
    const batcher = createBatcher<number, number>(
      (requests) => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('no')) : Promise.resolve([...requests]);
      },
      { max: 10 },
    );
    const results = await Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(await batcher.submit(3)).toBe(3);
  });

  it('is idle only when everything is answered', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10 });
    const answer = batcher.submit(1);
    let idle = false;
    const waiting = batcher.idle().then(() => (idle = true));
    await turn();
    expect(idle).toBe(false);
    runner.release();
    await answer;
    await waiting;
    expect(idle).toBe(true);
  });

  it('lets a small batch wait for company, and a large one leave', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10, gather: { enough: () => 3, ms: () => 60_000 } });
    void batcher.submit(1);
    await turn();
    void batcher.submit(2);
    await turn();
    expect(runner.batches).toEqual([]);
    void batcher.submit(3);
    await turn();
    expect(runner.batches).toEqual([[1, 2, 3]]);
  });

  it('lets a small batch leave when it has waited, and is not idle before', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10, gather: { enough: () => 3, ms: () => 5 } });
    const answer = batcher.submit(1);
    const idle = batcher.idle().then(() => runner.batches.length);
    await expect.poll(() => runner.batches).toEqual([[1]]);
    runner.release();
    expect(await answer).toBe(10);
    expect(await idle).toBe(1);
  });

  it('gives what has gathered to somebody who goes the same way, and is idle when that is answered', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 10, gather: { enough: () => 9, ms: () => 60_000 } });
    const answers = [1, 2, 3].map((request) => batcher.submit(request));
    await turn();
    const taken = batcher.take((request) => request !== 2);
    expect(taken.requests).toEqual([1, 3]);
    let idle = false;
    void batcher.idle().then(() => (idle = true));
    taken.answer([11, 33]);
    expect(await Promise.all([answers[0], answers[2]])).toEqual([11, 33]);
    await turn();
    expect(idle).toBe(false);

    const rest = batcher.take(() => true);
    expect(rest.requests).toEqual([2]);
    rest.answer([22]);
    expect(await answers[1]).toBe(22);
    await turn();
    expect(idle).toBe(true);
    expect(runner.batches).toEqual([]);
  });

  it('sends what is put back at once, before what came later', async () => {
    const runner = heldRunner();
    const batcher = createBatcher(runner.run, { max: 2, gather: { enough: () => 9, ms: () => 60_000 } });
    const answers = [1, 2].map((request) => batcher.submit(request));
    await turn();
    const taken = batcher.take(() => true);
    answers.push(batcher.submit(3));
    await turn();
    taken.putBack();
    expect(runner.batches).toEqual([[1, 2]]);
    runner.release();
    expect(await Promise.all(answers.slice(0, 2))).toEqual([10, 20]);
  });

  it('has nothing to give while nothing has gathered', async () => {
    const batcher = createBatcher(heldRunner().run, { max: 2 });
    const taken = batcher.take(() => true);
    expect(taken.requests).toEqual([]);
    taken.answer([]);
    await batcher.idle();
  });
});
