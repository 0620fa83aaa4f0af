import { globSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildLambdas } from '../../build.ts';
import { STEPS } from '../../infra/steps.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const MOST_BYTES = 1.1 * 2 ** 20;

const sources = (pattern: string): string =>
  globSync(pattern, { cwd: REPOSITORY })
    .map((file) => readFileSync(join(REPOSITORY, file), 'utf8'))
    .join('');

/** Names that `ErrorEquals` and the exit codes match, of errors that a function throws. */
const errorNames = (): string[] => {
  const thrown = sources('lambdas/**/*.ts');
  return globSync('core/errors/*-errors.ts', { cwd: REPOSITORY })
    .flatMap((file) =>
      [...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/override readonly name = '(\w+)'/g)].map(
        (match) => match[1] as string,
      ),
    )
    .filter((name) => thrown.includes(`new ${name}(`));
};

describe('the bundles', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
  let first: ReadonlyMap<string, string>;
  const text = (directory: string) => readFileSync(join(directory, 'index.js'), 'utf8');

  beforeAll(async () => {
    first = (await buildLambdas(outdir)).lambdas;
  });

  it('are one for each step, and small', () => {
    expect(first.size).toBe(STEPS.length);
    for (const [step, directory] of first) {
      expect([step, statSync(join(directory, 'index.js')).size]).toEqual([
        step,
        expect.toSatisfy((n) => n < MOST_BYTES),
      ]);
    }
  });

  it('are CommonJS and nothing else: no native code, no map, no path of the machine', () => {
    for (const directory of first.values()) {
      expect(readdirSync(directory).sort()).toEqual(['index.js', 'package.json']);
      expect(readFileSync(join(directory, 'package.json'), 'utf8')).toBe('{"type":"commonjs"}\n');
      expect(text(directory)).not.toContain(REPOSITORY);
      expect(text(directory)).not.toMatch(/\.node["'`]|sourceMappingURL|import\.meta/);
    }
  });

  it('keep the literal names of errors, though classes are renamed', () => {
    const names = errorNames();
    expect(names.length).toBeGreaterThan(20);
    const all = [...first.values()].map(text).join('');
    for (const name of names) expect([name, all.includes(`name="${name}"`)]).toEqual([name, true]);
    expect(all).not.toMatch(/class InvalidInput/);
  });

  it('have the same bytes wherever they are written', async () => {
    const second = (await buildLambdas(mkdtempSync(join(tmpdir(), 'holdfast-elsewhere-')))).lambdas;
    for (const [step, directory] of first) expect(text(second.get(step)!) === text(directory)).toBe(true);
  });

  it('are not built again while nothing has changed', async () => {
    expect((await buildLambdas(outdir)).rebuilt).toBe(false);
  });
});
