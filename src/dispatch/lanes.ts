// A bounded number of things under way at a time, begun in the order in which they came.

export interface Lanes {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The number may have grown. */
  look(): void;
}

/** @param count how many at a time; asked anew whenever one comes or ends, so that it may change meanwhile */
export function createLanes(count: () => number): Lanes {
  let busy = 0;
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    while (waiting.length > 0 && busy < count()) {
      busy += 1;
      waiting.shift()?.();
    }
  };
  return {
    look: admit,
    async run(work) {
      if (waiting.length === 0 && busy < count()) {
        busy += 1;
      } else {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          admit();
        });
      }
      try {
        return await work();
      } finally {
        busy -= 1;
        admit();
      }
    },
  };
}
