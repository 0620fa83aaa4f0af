import { defineConfig } from 'vitest/config';

/** Where a machine-readable summary goes, if somebody wants one (.ci/run counts the tests with it). */
const results = process.env.HOLDFAST_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    ...(results ? { reporters: ['default', 'json'], outputFile: { json: results } } : {}),
  },
});
