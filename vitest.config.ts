import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Judged by the relay's record to the millisecond, and mostly waiting: they wait until everything else is done. */
const rates = ['tests/scenarios/promise-07-*.test.ts'];
/** The same, but at full speed: these run by themselves. */
const alone = ['tests/scenarios/promise-10-*.test.ts'];

/** Only root can hand a server to another user. */
const forRoot = process.getuid?.() === 0 ? [] : ['tests/**/*-as-root.test.ts'];

/** Nearly half a minute and more on two cores, the longest first: begun last, one of them would run on when all others are done. */
const longest = [
  'promise-04-outages',
  'hostile-relay-trouble',
  'promise-07-a-rate-through-everything',
  'promise-07-connections-follow-the-rate',
  'sharing',
  'promise-04-nothing-is-lost',
  'promise-02-one-address-one-notice',
  'tour',
  'promise-06-a-broken-relay-costs-no-recipient',
  'hostile-relay-holds',
  'promise-01-everyone-is-accounted-for',
  'moving',
  'hostile-relay-slower',
  'chaos',
  'slow-relay',
  'promise-09-nothing-leaves-by-accident',
  'postgres',
  'server',
  'secrecy',
  'console',
];

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return place === -1 ? longest.length : place;
}

/** The longest first, whatever is known of earlier runs: of a new clone nothing, and after a part of a file what is wrong. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: 'tests/support/cluster-template.ts',
    sequence: { sequencer: LongestFirst },
    projects: [
      // Files follow each other in the same processes: to load the sources again for each took a minute of CPU.
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['tests/**/*.test.ts'],
          exclude: [...rates, ...alone, ...forRoot],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'rates', include: rates, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'alone', include: alone, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
