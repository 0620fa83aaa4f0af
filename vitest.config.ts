import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // CDK's own check of templates costs four CPU seconds in every process that synthesizes; `cdk synth` still does it.
    env: { CDK_VALIDATION: 'false' },
    pool: 'forks',
    maxWorkers: 2,
  },
});
