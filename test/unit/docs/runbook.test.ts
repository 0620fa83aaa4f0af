import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodes } from '../../../core/errors/exit-codes.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const textOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const filesOf = (pattern: string) => globSync(pattern, { cwd: REPOSITORY }).sort();

/** Names of error classes, where class and literal agree: the state machines match the literal. */
const classNames = filesOf('core/**/*.ts').flatMap((path) =>
  [...textOf(path).matchAll(/class (\w+) extends HoldfastError \{\s+override readonly name = '\1'/g)].map(
    ([, name]) => name!,
  ),
);
const subclasses = filesOf('core/**/*.ts').flatMap((path) => textOf(path).match(/extends HoldfastError/g) ?? []);

/** Literal errors of the Fail states. */
const failNames = filesOf('statemachines/*.asl.json').flatMap((path) =>
  [...textOf(path).matchAll(/"Error": "(\w+)"/g)].map(([, name]) => name!),
);

const alarmNames = filesOf('infra/**/*.ts').flatMap((path) =>
  [...textOf(path).matchAll(/(?:new Alarm\(this, |alarms\.add\()'(\w+)'/g)].map(([, name]) => name!),
);

const runbook = textOf('docs/runbook.md');
const pages = runbook.split(/^### /m).slice(1);
const headings = pages.map((page) => page.slice(0, page.indexOf('\n')));

/** Names that are made in the code without a class: quoted there. */
const isQuotedInCode = (name: string) =>
  filesOf('{lambdas,cli}/**/*.ts').some((path) => textOf(path).includes(`'${name}'`));
const isOfThePlatform = (name: string) => /^(States|Lambda|Sandbox|Runtime)\.\w+$/.test(name);

describe('the runbook', () => {
  it('knows every class of an error', () => expect(classNames).toHaveLength(subclasses.length));

  it('has a page for every error, every failure of a state machine and every alarm, once', () => {
    expect(failNames).toContain('CleanUpIncomplete');
    expect(alarmNames).toContain('RepairRequired');
    const wanted = new Set([...classNames, ...failNames, ...alarmNames, ...Object.keys(exitCodes)]);
    expect([...wanted].filter((name) => !headings.includes(name))).toEqual([]);
    expect(headings).toHaveLength(new Set(headings).size);
  });

  it('has pages for errors and alarms only', () => {
    const known = new Set([...classNames, ...failNames, ...alarmNames]);
    const unknown = headings.filter((name) => !known.has(name) && !isQuotedInCode(name) && !isOfThePlatform(name));
    expect(unknown).toEqual([]);
  });

  it.each(pages)('says what to know on each page: %.25s', (page) => {
    const name = page.slice(0, page.indexOf('\n'));
    const isAlarmOnly = alarmNames.includes(name) && !classNames.includes(name);
    if (isAlarmOnly) expect(page).toMatch(/^\*\*Alarm\b/m);
    else expect(Number(/^\*\*Exit (\d+)\.\*\*/m.exec(page)?.[1])).toBe(exitCodeOf(name));
    for (const part of ['Means: ', 'Safe: ', 'Run: ']) expect(page).toContain(`\n${part}`);
  });

  it('has the exit codes of the README, and no others', () => {
    const table = [...textOf('README.md').matchAll(/^\|\s*(\d+)\s*\|/gm)].map(([, code]) => Number(code));
    expect(table).toEqual([...new Set([0, 1, ...Object.values(exitCodes), 130])].sort((a, b) => a - b));
  });
});
