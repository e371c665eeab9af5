// Turns many small requests into few large ones: while one batch is under way the next one gathers.
// The first request of a quiet time leaves at once, so a slow campaign pays no waiting time.

export interface Batcher<Request, Answer> {
  /** Joins the next batch. Rejects with the batch's error. */
  submit(request: Request): Promise<Answer>;
  /** Gives what has gathered and not left, as far as it fits, to somebody who goes the same way, who answers them or puts them back. */
  take(fits: (request: Request) => boolean): Taken<Request, Answer>;
  /** Resolves when nothing is gathered and nothing is under way. */
  idle(): Promise<void>;
}

/** Requests that travel with somebody else; none may be among them. */
export interface Taken<Request, Answer> {
  readonly requests: readonly Request[];
  /** In the order of the requests. */
  answer(answers: readonly Answer[]): void;
  /** They go with a batch of their own, before all others. */
  putBack(): void;
}

export interface Gather {
  /** So many requests leave at once; asked each time. */
  readonly enough: () => number;
  /** Fewer wait so long, in milliseconds; asked each time. */
  readonly ms: () => number;
}

/**
 * @param run handles one batch and answers in the order of the requests
 * @param options `max` requests a batch, `parallel` batches under way at a time, `gather` whether a small batch waits for more
 */
export function createBatcher<Request, Answer>(
  run: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  options: { max: number; parallel?: number; gather?: Gather },
): Batcher<Request, Answer> {
  interface Waiting {
    readonly request: Request;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: unknown) => void;
  }
  let gathered: Waiting[] = [];
  let underWay = 0;
  let taken = 0;
  let scheduled = false;
  let idleWaiters: (() => void)[] = [];
  let gathering: NodeJS.Timeout | null = null;

  const isIdle = (): boolean => gathered.length === 0 && underWay === 0 && taken === 0;

  /** Lets a batch leave: at once, or when it is large enough or has waited. */
  const soon = (): void => {
    const waitMs =
      options.gather === undefined || gathered.length === 0 || gathered.length >= options.gather.enough()
        ? 0
        : options.gather.ms();
    if (waitMs === 0) {
      if (gathering !== null) clearTimeout(gathering);
      gathering = null;
      leave();
    } else {
      gathering ??= setTimeout(() => {
        gathering = null;
        leave();
      }, waitMs);
    }
  };

  const leave = (): void => {
    while (gathered.length > 0 && underWay < (options.parallel ?? 1)) {
      const batch = gathered.slice(0, options.max);
      gathered = gathered.slice(options.max);
      underWay += 1;
      void carry(batch);
    }
    if (isIdle()) {
      for (const wake of idleWaiters) wake();
      idleWaiters = [];
    }
  };

  const carry = async (batch: Waiting[]): Promise<void> => {
    try {
      const answers = await run(batch.map((each) => each.request));
      batch.forEach((each, index) => each.resolve(answers[index] as Answer));
    } catch (error) {
      for (const each of batch) each.reject(error);
    } finally {
      underWay -= 1;
      if (gathered.length > 0) soon();
      else leave();
    }
  };

  const take = (fits: (request: Request) => boolean): Taken<Request, Answer> => {
    const going: Waiting[] = [];
    const staying: Waiting[] = [];
    for (const each of gathered) (going.length < options.max && fits(each.request) ? going : staying).push(each);
    gathered = staying;
    if (staying.length === 0 && gathering !== null) {
      clearTimeout(gathering);
      gathering = null;
    }
    taken += 1;
    return {
      requests: going.map((each) => each.request),
      answer(answers) {
        taken -= 1;
        going.forEach((each, index) => each.resolve(answers[index] as Answer));
        if (gathered.length === 0) leave();
      },
      putBack() {
        taken -= 1;
        gathered = [...going, ...gathered];
        leave();
      },
    };
  };

  return {
    take,
    submit(request) {
      return new Promise<Answer>((resolve, reject) => {
        gathered.push({ request, resolve, reject });
        if (scheduled || underWay >= (options.parallel ?? 1)) return;
        scheduled = true;
        // After the microtasks of this turn, so that requests made together travel together.
        setImmediate(() => {
          scheduled = false;
          soon();
        });
      });
    },
    idle() {
      if (isIdle()) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
  };
}
