import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceFixture } from './service-fixture.ts';

/** A condition over the whole numbers a, b, c (perhaps missing), with what it should come to. */
interface Modelled {
  readonly text: string;
  readonly holds: (item: Record<string, number | undefined>) => boolean;
}

const name = fc.constantFrom('a', 'b', 'c');
const digit = fc.integer({ min: 0, max: 3 });

const leaf: fc.Arbitrary<Modelled> = fc.oneof(
  fc.tuple(name, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), digit).map(
    ([n, op, d]): Modelled => ({
      text: `${n} ${op} :${d}`,
      holds: ({ [n]: v }) => {
        if (v === undefined) return op === '<>';
        return { '=': v === d, '<>': v !== d, '<': v < d, '<=': v <= d, '>': v > d, '>=': v >= d }[op]!;
      },
    }),
  ),
  fc.tuple(name, digit, digit).map(
    ([n, x, y]): Modelled => ({
      text: `${n} BETWEEN :${Math.min(x, y)} AND :${Math.max(x, y)}`,
      holds: ({ [n]: v }) => v !== undefined && v >= Math.min(x, y) && v <= Math.max(x, y),
    }),
  ),
  fc
    .tuple(name, digit, digit)
    .map(([n, x, y]): Modelled => ({ text: `${n} IN (:${x}, :${y})`, holds: ({ [n]: v }) => v === x || v === y })),
  name.map((n): Modelled => ({ text: `attribute_exists(${n})`, holds: ({ [n]: v }) => v !== undefined })),
);

const { tree } = fc.letrec<{ tree: Modelled }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie('tree'), tie('tree'), fc.boolean()).map(
      ([l, r, isAnd]): Modelled => ({
        // One pair of parentheses around a compound, never two.
        text: [l, r].map((m) => (/ (AND|OR) /.test(m.text) ? `(${m.text})` : m.text)).join(isAnd ? ' AND ' : ' OR '),
        holds: (item) => (isAnd ? l.holds(item) && r.holds(item) : l.holds(item) || r.holds(item)),
      }),
    ),
    tie('tree').map((m): Modelled => ({ text: `NOT (${m.text})`, holds: (item) => !m.holds(item) })),
  ),
}));

/** Operator precedence without parentheses: NOT before AND before OR. */
const flat = fc
  .array(fc.tuple(leaf, fc.constantFrom('AND', 'OR'), fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((parts): Modelled => {
    const terms = parts.map(([m, , isNegated]) => ({
      text: `${isNegated ? 'NOT ' : ''}${m.text}`,
      holds: (item: Record<string, number | undefined>) => m.holds(item) !== isNegated,
    }));
    return {
      text: terms.map((term, i) => (i === 0 ? term.text : `${parts[i]![1]} ${term.text}`)).join(' '),
      holds: (item) => {
        const groups: boolean[][] = [[]];
        terms.forEach((term, i) => {
          if (i > 0 && parts[i]![1] === 'OR') groups.push([]);
          groups.at(-1)!.push(term.holds(item));
        });
        return groups.some((group) => group.every(Boolean));
      },
    };
  });

const valuesOf = (text: string) =>
  Object.fromEntries(
    [...new Set(text.match(/:\d/g) ?? [])].map((placeholder) => [placeholder, { N: placeholder.slice(1) }]),
  );

describe('conditions against a model', () => {
  it('holds exactly when the model holds, and updates exactly then', async () => {
    const { call } = await serviceFixture();
    const attributes = fc.record({ a: digit, b: digit, c: digit }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(attributes, fc.oneof(tree, flat), digit, async (before, condition, step) => {
        fc.pre(Buffer.byteLength(condition.text) < 4000);
        const Key = { id: { S: 'model' } };
        const item = Object.fromEntries(Object.entries(before).map(([n, v]) => [n, { N: String(v) }]));
        await call('PutItem', { Item: { ...Key, ...item } });
        const values = valuesOf(condition.text);
        const update = call('UpdateItem', {
          Key,
          ConditionExpression: condition.text,
          UpdateExpression: 'SET a = if_not_exists(a, :zero) + :step ADD b :step REMOVE c',
          ExpressionAttributeValues: { ...values, ':zero': { N: '0' }, ':step': { N: String(step) } },
          ReturnValues: 'ALL_NEW',
        });
        if (!condition.holds(before))
          await expect(update).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
        else
          expect((await update).Attributes).toEqual({
            ...Key,
            a: { N: String((before.a ?? 0) + step) },
            b: { N: String((before.b ?? 0) + step) },
          });
      }),
      { numRuns: 500 },
    );
  });
});
