import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Judged by the relay's record to the millisecond, and mostly waiting: they wait until everything else is done. */
const rates = ['tests/scenarios/promise-07-*.test.ts'];
/** The same, but at full speed: these run by themselves. */
const alone = ['tests/scenarios/promise-10-*.test.ts'];

/** Only root can hand a server to another user. */
const forRoot = process.getuid?.() === 0 ? [] : ['tests/**/*-as-root.test.ts'];

/** One file takes as long as the other rates together: it goes first, so that they run beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = (file: TestSpecification): boolean => file.moduleId.endsWith('/promise-07-a-rate-through-everything.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
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
      { extends: true, test: { name: 'side by side', include: ['tests/**/*.test.ts'], exclude: [...rates, ...alone, ...forRoot], isolate: false, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'rates', include: rates, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'alone', include: alone, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
