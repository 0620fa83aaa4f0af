import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const FOLDERS = '{core,lambdas,infra,local,cli,test,statemachines}';
const files = globSync(`${FOLDERS}/**/*.{ts,cjs,json}`, { cwd: REPOSITORY }).filter(
  (file) => !file.includes('fixtures/'),
);
const textOf = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');

/** Every place where a pattern stands, `<file>: <what was found>`. */
const found = (pattern: RegExp, isBad: (match: RegExpMatchArray, file: string) => boolean = () => true): string[] =>
  files.flatMap((file) =>
    [...textOf(file).matchAll(pattern)].filter((match) => isBad(match, file)).map(([text]) => `${file}: ${text}`),
  );

it('looks at the sources', () => expect(files.length).toBeGreaterThan(500));

it('cites sections by their name: a number says nothing to who has not the document', () => {
  expect(found(/[a-z]+-facts \d+|(?<!RFC 9110, )\bsection \d+(\.\d+)+|\u00a7\s?\d/gi)).toEqual([]);
});

it('cites the protocol where it is written down: in docs/design.md', () => {
  expect(found(/\(protocol[,)]|\bprotocol, "/g)).toEqual([]);
});

it('names documents that are in the repository', () => {
  const isMissing = ([name]: RegExpMatchArray, file: string) =>
    ![REPOSITORY, join(REPOSITORY, 'docs'), join(REPOSITORY, dirname(file))].some((at) => existsSync(join(at, name)));
  expect(found(/(?<![\w/])[\w/-]+\.md\b/g, isMissing)).toEqual([]);
});

it('names sections of docs/design.md that are there', () => {
  const headings = [...textOf('docs/design.md').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toContain('Orders');
  expect(found(/docs\/design\.md, "([^"$]+)"/g, ([, section]) => !headings.includes(section))).toEqual([]);
});
