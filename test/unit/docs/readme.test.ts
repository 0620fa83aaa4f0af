import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const textOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const readme = textOf('README.md');
const documents = globSync('{*.md,docs/*.md,test/**/*.md}', { cwd: REPOSITORY }).sort();

/** The first code block below a heading. */
const firstBlock = (heading: string) =>
  /^```\w*\n([\s\S]*?)^```/m.exec(readme.split(`\n## ${heading}\n`)[1] ?? '')?.[1]?.trim();

/** Options that a verb's file declares, long ones. */
const optionsOf = (verb: string) =>
  [...textOf(`cli/verbs/${verb}.ts`).matchAll(/'(?:-\w, )?--(?:no-)?([\w-]+)/g)].map(([, name]) => name!);

describe('README.md', () => {
  it('starts and tests with the commands that are run on every submission', () => {
    expect(firstBlock('Start')).toBe('npm ci && npm start');
    expect(firstBlock('Test')).toBe('npm ci && npm test');
  });

  it('shows every verb, and only options that it has', () => {
    const verbs = globSync('cli/verbs/*.ts', { cwd: REPOSITORY }).map((path) => path.replace(/^.*\/|\.ts$/g, ''));
    expect(verbs.filter((verb) => !readme.includes(`\nholdfast ${verb} `))).toEqual([]);
    for (const [line, verb] of readme.matchAll(/^holdfast (\w+) .*$/gm)) {
      const asked = [...line.matchAll(/ --([\w-]+)/g)].map(([, name]) => name!);
      expect([line, asked.filter((name) => !optionsOf(verb!).includes(name))]).toEqual([line, []]);
    }
  });

  it('has a row for every folder of the code', () => {
    const folders = readdirSync(REPOSITORY).filter(
      (name) =>
        !/^\.|^(node_modules|dist|cdk\.out|coverage|bench-results)$/.test(name) &&
        statSync(join(REPOSITORY, name)).isDirectory(),
    );
    expect(folders.filter((folder) => !new RegExp(`^\\| \`${folder}/\``, 'm').test(readme))).toEqual([]);
  });
});

it('fixtures take 5 MB at most, and their README names each', () => {
  const archives = globSync('test/fixtures/**/*.tar.zst', { cwd: REPOSITORY });
  expect(archives.reduce((sum, path) => sum + statSync(join(REPOSITORY, path)).size, 0)).toBeLessThan(5_000_000);
  const described = textOf('test/fixtures/hbase/README.md');
  expect(archives.filter((path) => !described.includes(`\`${basename(path, '.tar.zst')}\``))).toEqual([]);
});

describe.each(documents)('%s', (path) => {
  it('links to files that exist', () => {
    const links = [...textOf(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) => !link.includes('://') && !existsSync(join(REPOSITORY, dirname(path), link)));
    expect(broken).toEqual([]);
  });

  it('names no place of one machine', () => {
    expect(textOf(path).match(/(^|[\s`(])(\/(work|home|Users|root|tmp)\/|[A-Z]:\\)/)?.[0]).toBeUndefined();
  });
});
