import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const ledger = readFileSync(join(REPOSITORY, 'docs', 'done.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
const rows = ledger
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (promise |-+ \|)/.test(line))
  .map((line) => {
    const [promise = '', kept = '', shown = '', state = '', aws = ''] = line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim());
    return { promise, kept: namesIn(kept), shown: namesIn(shown), state, aws };
  });

const isCommand = (name: string) => {
  const [, script] = /^npm (?:run )?(\w[\w:]*)$/.exec(name) ?? [];
  return script !== undefined && script in scripts;
};

describe('the ledger', () => {
  it('has rows', () => expect(rows.length).toBeGreaterThan(100));

  it('has a row for each of R1 to R11 and I1 to I13', () => {
    const wanted = [
      ...Array.from({ length: 11 }, (_, i) => `R${i + 1}`),
      ...Array.from({ length: 13 }, (_, i) => `I${i + 1}`),
    ];
    expect(wanted.filter((name) => !rows.some(({ promise }) => promise.startsWith(`${name} `)))).toEqual([]);
  });

  it('names files and commands that exist', () => {
    const missing = rows.flatMap(({ kept, shown }) =>
      [...kept, ...shown].filter((name) => !isCommand(name) && !existsSync(join(REPOSITORY, name))),
    );
    expect(missing).toEqual([]);
  });

  it('calls shown only what a test or a command shows', () => {
    const idle = rows.filter(({ shown, state }) => state.startsWith('shown') && shown.length === 0);
    expect(idle.map(({ promise }) => promise)).toEqual([]);
    for (const { promise, shown } of rows) {
      const other = shown.filter((name) => !isCommand(name) && !/\.test\.ts$|^\.ci\/run$/.test(name));
      expect([promise, other]).toEqual([promise, []]);
    }
  });

  it('says what is missing of what is not shown', () => {
    for (const { promise, state, aws } of rows) {
      expect([promise, state]).toEqual([
        promise,
        expect.stringMatching(/^shown$|^\*\*shown in part\*\*: .|^\*\*not shown yet\*\*/),
      ]);
      expect([promise, aws]).toEqual([promise, expect.stringMatching(/^never run$|^–$/)]);
    }
  });

  it('counts its rows', () => {
    const count = (state: string) => rows.filter((row) => row.state.replaceAll('*', '').split(':')[0] === state).length;
    for (const state of ['shown', 'shown in part', 'not shown yet']) {
      expect(ledger).toMatch(new RegExp(`\\b${count(state)} ${state}[,.]`));
    }
  });
});
