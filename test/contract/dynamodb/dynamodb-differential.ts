import fc from 'fast-check';
import { expect } from 'vitest';
import { type Item, S, sortedSets, type TableUnderTest } from './dynamodb-subject.ts';
import { type RandomExpression, randomCondition, randomItem, randomUpdate } from './random-expressions.ts';

const key: Item = { pk: S('differential'), sk: S('item') };

/** Order of members must not count: sets have none, maps travel in any. */
const canonical = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(canonical);
  // DynamoDB Local answers the sum 1.5 + 1.5 as 3.0.
  if ('N' in value && typeof value.N === 'string')
    return { N: value.N.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') };
  const sorted = sortedSets(value as Item[string]) as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(sorted)
      .sort()
      .map(([name, member]) => [name, canonical(member)]),
  );
};

async function outcome(
  table: TableUnderTest,
  before: Item,
  condition: RandomExpression | undefined,
  update: RandomExpression | undefined,
): Promise<unknown> {
  await table.put({ ...before, ...key });
  const rename = (e: RandomExpression): RandomExpression => ({
    text: e.text.replaceAll(':v', ':u'),
    values: Object.fromEntries(Object.entries(e.values).map(([name, value]) => [name.replace(':v', ':u'), value])),
  });
  const renamed = update && rename(update);
  const values = { ...condition?.values, ...renamed?.values };
  try {
    const answer = await table.update(key, {
      ...(condition ? { ConditionExpression: condition.text } : {}),
      ...(renamed ? { UpdateExpression: renamed.text } : {}),
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
      ReturnValues: 'ALL_NEW',
    });
    return canonical(answer.Attributes);
  } catch (error) {
    return (error as Error).name;
  }
}

/** Random conditions and updates of random items: `ours` must do, or refuse, what `oracle` does. */
export async function expectSame(
  ours: () => TableUnderTest,
  oracle: () => TableUnderTest,
  numRuns: number,
): Promise<void> {
  const maybe = (arbitrary: fc.Arbitrary<RandomExpression>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  await fc.assert(
    fc.asyncProperty(randomItem, maybe(randomCondition), maybe(randomUpdate), async (before, condition, update) => {
      expect(await outcome(ours(), before, condition, update)).toEqual(
        await outcome(oracle(), before, condition, update),
      );
    }),
    { numRuns },
  );
}
