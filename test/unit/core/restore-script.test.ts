import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../../core/cluster-description.ts';
import { printableLines } from '../../../core/printable.ts';
import { restoreScript } from '../../../core/restore-script.ts';
import { rubyLiteral } from '../../../core/ruby-literal.ts';

/** Ruby's own rules, as far as literals of these two kinds may use them: what it reads, and where it ends. */
function readLiteral(source: string): { readonly bytes: Buffer; readonly rest: string } {
  const single = /^'((?:[^'\\]|\\[\\'])*)'/s.exec(source);
  if (single) {
    const text = single[1]!.replace(/\\([\\'])/g, '$1');
    return { bytes: Buffer.from(text), rest: source.slice(single[0].length) };
  }
  const double = /^"((?:[ !$-[\]-~]|\\x[0-9A-F]{2})*)"/.exec(source);
  if (!double) throw new Error(`no literal: ${source.slice(0, 80)}`);
  const bytes = double[1]!.replace(/\\x(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { bytes: Buffer.from(bytes, 'latin1'), rest: source.slice(double[0].length) };
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    "'; drop 'x'; '",
    '#{exit}',
    '#@x',
    '\\',
    "\\'",
    '"',
    '\n',
    '\r\ndrop "t"\n',
    '\u2028',
    '\u202e',
    '\x1b[2J',
    '__END__',
  ),
);

describe('a literal of Ruby', () => {
  it('has exactly the bytes of the text, ends where it ends, and stays in its line', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.uint8Array()), (value) => {
        const literal = rubyLiteral(value);
        const { bytes, rest } = readLiteral(`${literal}, 'next'`);
        expect(bytes).toEqual(Buffer.from(value as string));
        expect(rest).toBe(", 'next'");
        expect(literal).not.toMatch(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u);
      }),
      { numRuns: 300 },
    );
  });
});

const table = {
  table: 'shop:orders',
  target: 'lab:orders',
  replaces: false,
  command: "clone_snapshot 's', 'lab:orders'",
};
const of = (cluster: ClusterDescription | undefined, ...tables: (typeof table)[]) =>
  restoreScript({
    title: 'title',
    tables: tables.length > 0 ? tables : [table],
    cluster,
    described: 's3://b/cluster.json',
  });

const SECTIONS = { namespaces: 'ABSENT', grants: 'ABSENT', labels: 'ABSENT', quotas: 'ABSENT' } as const;
const cluster = (more: Partial<ClusterDescription>): ClusterDescription => ({
  ...{ format: 1, clusterId: 'c', layoutVersion: '8', systemTables: [] },
  ...(Object.fromEntries(
    Object.entries(SECTIONS).map(([name, state]) => [name, { state }]),
  ) as unknown as ClusterDescription),
  ...more,
});

describe('the script that finishes a restore', () => {
  it('runs nothing but its own commands, whatever names are in the description', () => {
    const text = hostile;
    const scope = fc.oneof(
      fc.record({ kind: fc.constant('global' as const) }),
      fc.record({ kind: fc.constant('namespace' as const), namespace: text }),
      fc.record({
        kind: fc.constant('table' as const),
        table: fc.constant('shop:orders'),
        family: text.map((t) => Buffer.from(t).toString('base64')),
        qualifier: fc.uint8Array().map((b) => Buffer.from(b).toString('base64')),
      }),
    );
    const seen = <T>(entries: T[]) => ({ state: 'SEEN' as const, files: 1, entries });
    const description = fc.record({
      namespaces: fc.dictionary(text, text).map((properties) => seen([{ name: 'lab', properties }])),
      grants: fc.array(fc.record({ user: text, actions: text, scope })).map(seen),
      labels: fc.array(fc.record({ ordinal: fc.nat(), name: text, auths: fc.array(text) })).map(seen),
      quotas: fc
        .array(
          fc.oneof(
            fc.record({
              kind: fc.constant('space' as const),
              table: fc.constant('shop:orders'),
              limit: text,
              policy: text,
            }),
            fc.record({ kind: fc.constant('bypass-globals' as const), user: text }),
            fc.record({
              ...{ kind: fc.constant('throttle' as const), user: text, table: fc.constant('shop:orders') },
              ...{ type: fc.oneof(text, fc.constant('READ_NUMBER')), limit: fc.oneof(text, fc.constant('5')) },
              ...{ unit: fc.oneof(text, fc.constant('SECONDS')), scope: fc.constant('MACHINE' as const) },
            }),
          ),
        )
        .map(seen),
    });
    fc.assert(
      fc.property(description, (sections) => {
        const same = { ...table, target: 'shop:orders' };
        const { text } = of(cluster(sections), table, same);
        expect(text).toBe(printableLines(text));
        for (const line of text.split('\n')) {
          if (line === '' || line.startsWith('# ')) continue;
          let rest = line;
          const shape: string[] = [];
          for (let at = rest.search(/['"]/); at >= 0; at = rest.search(/['"]/)) {
            shape.push(rest.slice(0, at));
            rest = readLiteral(rest.slice(at)).rest;
          }
          const bare = [...shape, rest].join('_');
          expect(bare).toMatch(
            /^(begin; create_namespace _(, \{(_ => _(, )?)+\})?; rescue .*; end|begin; clone_snapshot _, _; rescue .*puts _; end|grant _(, _){2,4}|set_quota [A-Z_ =>,]+)$/,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('says what it does not know', () => {
    expect(of(undefined).text).toContain('does not describe its cluster');
    const text = of(cluster({ grants: { state: 'UNREADABLE', reason: 'encrypted\ngrant' } })).text;
    expect(text).toContain('# Permissions of the source are not known: encrypted�grant\n');
  });

  it('limits no table that nobody limited: a quota of a table under another name is only told', () => {
    const entries = [{ kind: 'space', table: 'shop:orders', limit: '7', policy: 'NO_WRITES' }] as const;
    const limited = cluster({ quotas: { state: 'SEEN', files: 1, entries: [...entries] } });
    expect(of(limited)).toMatchObject({ quotas: 0, notRun: 1 });
    const same = { ...table, target: 'shop:orders' };
    expect(of(limited, same)).toMatchObject({ quotas: 1, notRun: 0 });
  });
});
