import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kebabCase } from '../../infra/step-table.ts';
import { STEPS } from '../../infra/steps.ts';
import { definitionText } from './definitions.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const names = (pattern: string, suffix: string) =>
  globSync(pattern, { cwd: REPOSITORY })
    .map((path) => basename(path, suffix))
    .sort();

describe('the table of steps', () => {
  const listed = STEPS.map(({ name }) => kebabCase(name)).sort();

  it('lists every contract once, and nothing else', () => {
    expect(listed).toEqual(names('lambdas/contracts/*.contract.ts', '.contract.ts'));
  });

  it('lists steps that have handlers, and every handler is one', () => {
    expect(listed).toEqual(names('lambdas/handlers/*.handler.ts', '.handler.ts'));
  });

  it('lists what a state machine calls, or a schedule', () => {
    const called = new Set([...definitionText().matchAll(/\$\{(\w+)Function\}/g)].map((match) => match[1]));
    for (const { name, standalone } of STEPS) expect([name, called.has(name)]).toEqual([name, !standalone]);
  });
});
