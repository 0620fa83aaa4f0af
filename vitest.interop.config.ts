import { defineConfig } from 'vitest/config';

/** Tests against what is outside: a real HBase, other S3s, DynamoDB Local. Each says what it needs, and fails without. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
