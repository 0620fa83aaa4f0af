import { defineConfig } from 'vitest/config';

/** Where a machine-readable summary goes, if somebody wants one (.ci/run counts the tests with it). */
const results = process.env.HOLDFAST_TEST_RESULTS;

/** They replace a module for themselves alone, so they cannot share a process's modules with other files. */
const REPLACE_A_MODULE = ['test/statemachines/restore-in-parts.test.ts'];

const limits = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' as const };

export default defineConfig({
  test: {
    maxWorkers: 2,
    ...(results ? { reporters: ['default', 'json'], outputFile: { json: results } } : {}),
    projects: [
      {
        test: {
          ...limits,
          name: 'shared',
          // A process's modules serve all of its files: loading CDK, SDK and JSONata anew for each took a quarter of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/interop/**', 'node_modules/**', ...REPLACE_A_MODULE],
        },
      },
      { test: { ...limits, name: 'alone', include: REPLACE_A_MODULE } },
    ],
  },
});
