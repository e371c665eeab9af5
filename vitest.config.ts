import { defineConfig } from 'vitest/config';

/** Judged by the relay's record to the millisecond, and mostly waiting: they wait until everything else is done. */
const rates = ['tests/scenarios/promise-07-*.test.ts'];
/** The same, but at full speed: these run by themselves. */
const alone = ['tests/scenarios/promise-10-*.test.ts'];

/** Only root can hand a server to another user. */
const forRoot = process.getuid?.() === 0 ? [] : ['tests/**/*-as-root.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: 'tests/support/cluster-template.ts',
    projects: [
      // One after the other in the same process: to load the sources again for each took longer than the tests.
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'side by side', include: ['tests/**/*.test.ts'], exclude: ['tests/unit/**', ...rates, ...alone, ...forRoot], sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'rates', include: rates, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'alone', include: alone, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
