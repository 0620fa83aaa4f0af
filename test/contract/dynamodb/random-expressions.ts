import fc from 'fast-check';
import type { Item } from './dynamodb-subject.ts';

type Value = Item[string];

/** An expression with its values, as text. */
export interface RandomExpression {
  readonly text: string;
  readonly values: Item;
}

/** Pieces whose placeholders are numbered when the whole is put together. */
type Piece = string | Value;

const render = (pieces: readonly Piece[]): RandomExpression => {
  const values: Item = {};
  const text = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const name = `:v${Object.keys(values).length}`;
    values[name] = piece;
    return name;
  });
  return { text: text.join(''), values };
};

const number = fc
  .constantFrom('-2', '0', '1', '1.5', '10', '99999999999999999999999999999999999999')
  .map((n) => ({ N: n }));
const string = fc.constantFrom('a', 'ab', 'b', 'é', '\u{ff5e}', '\u{1f5dd}').map((s) => ({ S: s }));
const bytes = fc.constantFrom([1], [1, 2], [255]).map((b) => ({ B: Uint8Array.from(b) }));
const scalar: fc.Arbitrary<Value> = fc.oneof(
  number,
  string,
  bytes,
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true as const }),
);
const list: fc.Arbitrary<Value> = fc.array(scalar, { maxLength: 3 }).map((L) => ({ L }));
const map: fc.Arbitrary<Value> = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] }).map((M) => ({ M }) as Value);
const set: fc.Arbitrary<Value> = fc.oneof(
  fc.uniqueArray(fc.constantFrom('a', 'ab', 'z'), { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom('1', '1.5', '-2'), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
);
const anyValue = fc.oneof({ weight: 4, arbitrary: scalar }, list, map, set);

/** Attributes a to d of any type, some missing. */
export const randomItem: fc.Arbitrary<Item> = fc
  .record({ a: anyValue, b: anyValue, c: anyValue, d: anyValue }, { requiredKeys: [] })
  .map((item) => item as Item);

const path = fc.constantFrom('a', 'b', 'c', 'd', 'a.x', 'b.y', 'a[0]', 'c[1]');
const operand: fc.Arbitrary<Piece[]> = fc.oneof(
  { weight: 3, arbitrary: path.map((p): Piece[] => [p]) },
  { weight: 3, arbitrary: scalar.map((v): Piece[] => [v]) },
  anyValue.map((v): Piece[] => [v]),
  path.map((p): Piece[] => [`size(${p})`]),
);

const simple: fc.Arbitrary<Piece[]> = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), operand)
    .map(([left, comparator, right]): Piece[] => [...left, ` ${comparator} `, ...right]),
  fc.tuple(operand, operand, operand).map(([o, low, high]): Piece[] => [...o, ' BETWEEN ', ...low, ' AND ', ...high]),
  fc.tuple(operand, operand, operand).map(([o, one, two]): Piece[] => [...o, ' IN (', ...one, ', ', ...two, ')']),
  fc.tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path).map(([f, p]): Piece[] => [`${f}(${p})`]),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS'))
    .map(([p, type]): Piece[] => [`attribute_type(${p}, `, { S: type }, ')']),
  fc
    .tuple(fc.constantFrom('begins_with', 'contains'), path, anyValue)
    .map(([f, p, value]): Piece[] => [`${f}(${p}, `, value, ')']),
);

const { condition } = fc.letrec<{ condition: Piece[] }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simple,
    fc.tuple(tie('condition'), fc.constantFrom(' AND ', ' OR '), simple).map(([l, op, r]): Piece[] => [...l, op, ...r]),
    tie('condition').map((inner): Piece[] => ['NOT ', ...inner]),
    fc.tuple(simple, fc.constantFrom(' AND ', ' OR '), simple).map(([l, op, r]): Piece[] => ['(', ...l, op, ...r, ')']),
  ),
}));

export const randomCondition: fc.Arbitrary<RandomExpression> = condition.map(render);

const term: fc.Arbitrary<Piece[]> = fc.oneof(
  path.map((p): Piece[] => [p]),
  anyValue.map((v): Piece[] => [v]),
  fc.tuple(path, anyValue).map(([p, v]): Piece[] => [`if_not_exists(${p}, `, v, ')']),
  fc.tuple(path, list).map(([p, v]): Piece[] => [`list_append(${p}, `, v, ')']),
);

const assignment = fc.oneof(
  fc.tuple(path, term).map(([p, t]): Piece[] => [`${p} = `, ...t]),
  fc
    .tuple(
      path,
      fc.oneof(
        path.map((q): Piece[] => [q]),
        number.map((n): Piece[] => [n]),
      ),
      fc.constantFrom(' + ', ' - '),
      number,
    )
    .map(([p, left, sign, right]): Piece[] => [`${p} = `, ...left, sign, right]),
);

const joined = (parts: Piece[][]): Piece[] => parts.flatMap((part, i) => (i === 0 ? part : [', ', ...part]));
const section = (name: string, parts: fc.Arbitrary<Piece[]>) =>
  fc.array(parts, { minLength: 1, maxLength: 2 }).map((list): Piece[] => [`${name} `, ...joined(list), ' ']);

export const randomUpdate: fc.Arbitrary<RandomExpression> = fc
  .subarray(
    [
      section('SET', assignment),
      section(
        'REMOVE',
        path.map((p): Piece[] => [p]),
      ),
      section(
        'ADD',
        fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(number, set)).map(([p, v]): Piece[] => [`${p} `, v]),
      ),
      section(
        'DELETE',
        fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), set).map(([p, v]): Piece[] => [`${p} `, v]),
      ),
    ],
    { minLength: 1, maxLength: 2 },
  )
  .chain((sections) => fc.tuple(...sections))
  .map((sections) => render(sections.flat()));
