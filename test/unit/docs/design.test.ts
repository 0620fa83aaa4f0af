import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const textOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const design = textOf('docs/design.md');

/** Declarations without comments and white space: prose may differ, members may not. */
const bare = (code: string) => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ');
const documented = bare([...design.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n'));

/** Exported interfaces and types of a file, as they stand there. */
const declarations = (path: string) =>
  bare(textOf(path))
    .split(/(?=export )/)
    .filter((part) => /^export (interface|type) /.test(part))
    .map((part) => /^export interface \w+ \{.*?\}|^export type [^;{]+(\{[^;]*\}[^;]*)*;/.exec(part)?.[0] ?? part)
    .filter((part) => !/^export type (Item|Manifest|ManifestTable|ManifestObject) /.test(part));

/** The tree of a layout file's comment. */
const treeOf = (path: string) =>
  (/```\n([\s\S]*?)```/.exec(textOf(path))?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, '').trimEnd())
    .join('\n')
    .trim();

/** Names of the members of the first object schema after `from`, at its own level. */
function membersOf(path: string, from: RegExp): string[] {
  const text = textOf(path);
  const [, body = ''] = /z\.strictObject\(\{\n([\s\S]*?)\n\}\)/.exec(text.slice(text.search(from))) ?? [];
  const oneLine = /z\.strictObject\(\{ (.*?) \}\)/.exec(text.slice(text.search(from)))?.[1] ?? '';
  const own = body === '' ? oneLine.split(', ') : body.split('\n').filter((line) => /^ {2}[\w$]+:/.test(line));
  return own.map((line) => line.trim().split(':')[0]!);
}

/** First cells of the table below a heading. */
function fieldsBelow(heading: string): string[] {
  const section = design.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '';
  return [...section.matchAll(/^\| `([\w$]+)`/gm)].map(([, field]) => field!);
}

describe('docs/design.md', () => {
  it.each([...declarations('core/items.ts'), ...declarations('core/file-entry.ts')])('has the schema %.60s', (code) => {
    expect(documented).toContain(code.trim());
  });

  it('has the schema of the manifest', () => {
    const schema = bare(/const tableSchema[\s\S]*?(?=\/\*\* The sealed header)/.exec(textOf('core/manifest.ts'))![0]);
    expect(documented).toContain(schema.trim());
  });

  it.each(['core/image-layout.ts', 'core/stack-layout.ts', 'core/restore-layout.ts'])('has the tree of %s', (path) => {
    expect(treeOf(path)).not.toBe('');
    expect(design).toContain(treeOf(path));
  });

  it.each([
    ['### Input of full-backup', 'lambdas/contracts/full-request.ts', /const typedSchema/],
    ['### Input of incremental-backup', 'lambdas/contracts/incremental-request.ts', /const typedSchema/],
    ['### Input of restore', 'lambdas/contracts/restore-input.ts', /const typed /],
    ['### Input of verify', 'lambdas/contracts/verify-input.ts', /const typed /],
    ['### Input of delete', 'lambdas/contracts/delete-request.ts', /const typedSchema/],
    ['### Input of repair', 'lambdas/operations/find-failed-session.ts', /const typedSchema/],
    ['### Input of clean-up', 'lambdas/operations/list-clean-up.ts', /const typedSchema/],
    ['## Configuration', 'infra/config.ts', /const configSchema/],
  ] as const)('lists every field below "%s"', (heading, path, from) => {
    const members = membersOf(path, from);
    expect(members.length).toBeGreaterThan(0);
    expect(fieldsBelow(heading)).toEqual(members);
  });

  it('has every error in its table, those that end an execution without a class too, and no other', () => {
    const table = design.split('\n## Errors\n')[1]?.split('\n## ')[0] ?? '';
    const named = [...table.matchAll(/^\| [^|]+ \| ([A-Z]\w+(?:, \w+)*) +\|$/gm)].flatMap(([, names]) =>
      names!.split(', '),
    );
    const classes = globSync('core/**/*.ts', { cwd: REPOSITORY }).flatMap((path) =>
      [...textOf(path).matchAll(/class (\w+) extends HoldfastError/g)].map(([, name]) => name!),
    );
    expect(classes.filter((name) => !named.includes(name))).toEqual([]);
    // Pages of errors, by their exit code; `States.Timeout` and the like are names of the platform.
    const pages = [...textOf('docs/runbook.md').matchAll(/^### (\w+)\n\n\*\*Exit/gm)].map(([, name]) => name!);
    expect(pages).toContain('CleanUpIncomplete');
    expect([...named].sort()).toEqual([...pages].sort());
  });

  it('refers to headings and files that exist', () => {
    const anchors = [...design.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...design.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    const steps = [...design.matchAll(/`((?:core|lambdas|infra|test|local|cli)\/[\w./-]+\.ts)`/g)].map(
      ([, path]) => path!,
    );
    expect(steps.filter((path) => globSync(path, { cwd: REPOSITORY }).length === 0)).toEqual([]);
  });
});
