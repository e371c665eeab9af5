// Where the CPU time of the sending thread goes, from a V8 profile of which each frame names its source. Pure.
//
// Each sample counts for the nearest caller that has an owner: our folder, or a package. What Node does for
// nobody in particular (reading sockets, timers) is Node's own; signatures and file writes of the thread pool are
// in no profile of the main thread. Only the time between the first and the last letter counts.

/** The part of a V8 .cpuprofile that is read. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export const parts = [
  'render',
  'MIME',
  'SMTP',
  'queue',
  'ledger',
  'sealing',
  'dispatch',
  'garbage collection',
  'Node itself',
] as const;
export type Part = (typeof parts)[number];

/** The first that fits a URL is the owner. */
const owners: readonly (readonly [RegExp, Part])[] = [
  [/node_modules\/(?:handlebars|html-to-text|mjml[^/]*)\//, 'render'],
  [/node_modules\/nodemailer\//, 'MIME'],
  [/node_modules\/(?:bullmq|ioredis|msgpackr|@ioredis)\//, 'queue'],
  [/node_modules\/(?:pg|pg-[a-z-]+|postgres-[a-z]+)\//, 'ledger'],
  [/src\/rendering\/(?:letter-body|exposed-list|placeholders|compile-letters)/, 'render'],
  [/src\/rendering\//, 'MIME'],
  [/src\/delivery\//, 'SMTP'],
  [/src\/queue\//, 'queue'],
  [/src\/ledger\/keyring/, 'sealing'],
  [/src\/ledger\//, 'ledger'],
  [/src\/(?:dispatch|domain|runtime|app)/, 'dispatch'],
];

/** Milliseconds of each part while letters were going out. */
export function partsOf(profile: Profile): Map<Part, number> {
  const parentOf = new Map<number, number>();
  const nodeOf = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const node of profile.nodes) for (const child of node.children ?? []) parentOf.set(child, node.id);
  const stackOf = (id: number): Profile['nodes'][number][] => {
    const stack = [];
    for (let at: number | undefined = id; at !== undefined; at = parentOf.get(at)) stack.push(nodeOf.get(at)!);
    return stack;
  };
  const known = new Map(
    profile.nodes.map((node) => [
      node.id,
      {
        owner: ownerOf(stackOf(node.id)),
        delivers: stackOf(node.id).some(({ callFrame }) => /src\/delivery\/connection\.ts/.test(callFrame.url)),
      },
    ]),
  );
  const first = profile.samples.findIndex((id) => known.get(id)?.delivers === true);
  const last = profile.samples.findLastIndex((id) => known.get(id)?.delivers === true);
  const spent = new Map<Part, number>(parts.map((part) => [part, 0]));
  for (let index = Math.max(0, first); index <= last; index += 1) {
    const owner = known.get(profile.samples[index]!)?.owner ?? null;
    if (owner !== null) spent.set(owner, (spent.get(owner) ?? 0) + profile.timeDeltas[index]! / 1000);
  }
  return spent;
}

/** Null for a thread that waits. */
function ownerOf(stack: readonly Profile['nodes'][number][]): Part | null {
  const name = stack[0]?.callFrame.functionName;
  if (name === '(idle)') return null;
  if (name === '(garbage collector)') return 'garbage collection';
  for (const { callFrame } of stack) {
    const owner = owners.find(([pattern]) => pattern.test(callFrame.url));
    if (owner !== undefined) return owner[1];
  }
  return 'Node itself';
}
