import { describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { type Item, L, M, N, refused, S, sortedSets } from './dynamodb-subject.ts';

const key: Item = { pk: S('updates'), sk: S('item') };
const start: Item = {
  n: N(5),
  word: S('a'),
  series: L(N(0), N(1), N(2), N(3)),
  map: M({ x: N(1), part: M({}) }),
  tags: { SS: ['a', 'b'] },
};

/** [expression, values, attributes that change]; an undefined attribute is gone. */
const updates: [string, Item, Record<string, Item[string] | undefined>][] = [
  ['SET n = :1', { ':1': N(1) }, { n: N(1) }],
  ['set n = n + :1', { ':1': N('1.5') }, { n: N('6.5') }],
  ['SET n = n - :1', { ':1': N(7) }, { n: N(-2) }],
  ['SET n = :1 + :1', { ':1': N('0.1') }, { n: N('0.2') }],
  ['SET c = if_not_exists(c, :0) + :1', { ':0': N(0), ':1': N(1) }, { c: N(1) }],
  ['SET n = if_not_exists(n, :0) + :1', { ':0': N(0), ':1': N(1) }, { n: N(6) }],
  ['SET c = word, word = :b', { ':b': S('b') }, { c: S('a'), word: S('b') }],
  ['SET series = list_append(series, :l)', { ':l': L(N(9)) }, { series: L(N(0), N(1), N(2), N(3), N(9)) }],
  ['SET series = list_append(:l, series)', { ':l': L(N(9)) }, { series: L(N(9), N(0), N(1), N(2), N(3)) }],
  ['SET c = list_append(if_not_exists(c, :nothing), :l)', { ':nothing': L(), ':l': L(N(9)) }, { c: L(N(9)) }],
  ['SET series[1] = :9', { ':9': N(9) }, { series: L(N(0), N(9), N(2), N(3)) }],
  ['SET series[10] = :9', { ':9': N(9) }, { series: L(N(0), N(1), N(2), N(3), N(9)) }],
  ['SET #m.y = :9, #m.part.z = :9', { ':9': N(9) }, { map: M({ x: N(1), part: M({ z: N(9) }), y: N(9) }) }],
  ['REMOVE word, absent', {}, { word: undefined }],
  ['REMOVE series[0], series[2]', {}, { series: L(N(1), N(3)) }],
  ['REMOVE #m.x', {}, { map: M({ part: M({}) }) }],
  [
    'SET n = :1 REMOVE word ADD c :1 DELETE tags :a',
    { ':1': N(1), ':a': { SS: ['a'] } },
    { n: N(1), word: undefined, c: N(1), tags: { SS: ['b'] } },
  ],
  ['ADD n :1', { ':1': N('-5') }, { n: N(0) }],
  ['ADD tags :t', { ':t': { SS: ['b', 'c'] } }, { tags: { SS: ['a', 'b', 'c'] } }],
  ['ADD c :t', { ':t': { NS: ['1'] } }, { c: { NS: ['1'] } }],
  ['DELETE tags :t', { ':t': { SS: ['a', 'b', 'z'] } }, { tags: undefined }],
  ['DELETE absent :t', { ':t': { SS: ['a'] } }, {}],
  [
    'SET n = n + :1',
    { ':1': N('0.0000000000000000000000000000000000001') },
    { n: N('5.0000000000000000000000000000000000001') },
  ],
];

/** [expression, values, what the service says]. */
const refusals: [string, Item, RegExp][] = [
  ['', {}, /can not be empty/],
  ['n = :1', { ':1': N(1) }, /Syntax error/],
  ['SET n', {}, /Syntax error/],
  ['SET n = :1,', { ':1': N(1) }, /Syntax error/],
  ['SET n = :1 SET word = :1', { ':1': N(1) }, /can only be used once/],
  ['SET status = :1', { ':1': N(1) }, /reserved keyword/],
  ['SET n = :1, n = :1', { ':1': N(1) }, /overlap/],
  ['SET series = :1 REMOVE series[0]', { ':1': N(1) }, /overlap/],
  ['SET series[0] = :1, series.a = :1', { ':1': N(1) }, /conflict/],
  ['SET pk = :1', { ':1': S('x') }, /part of the key/],
  ['REMOVE sk', {}, /part of the key/],
  ['SET absent.x = :1', { ':1': N(1) }, /document path provided in the update expression is invalid/],
  ['SET n.x = :1', { ':1': N(1) }, /document path provided in the update expression is invalid/],
  ['SET n = absent', {}, /does not exist in the item/],
  ['SET n = absent + :1', { ':1': N(1) }, /does not exist in the item/],
  ['SET n = word + :1', { ':1': N(1) }, /incorrect data type/],
  ['SET n = n + :a', { ':a': S('a') }, /Incorrect operand type/],
  ['SET series = list_append(n, :l)', { ':l': L() }, /incorrect data type/],
  ['SET n = begins_with(n, :a)', { ':a': S('a') }, /function/],
  ['SET n = if_not_exists(:1, :1)', { ':1': N(1) }, /requires a document path/],
  ['ADD word :1', { ':1': N(1) }, /incorrect data type/],
  ['ADD n :a', { ':a': S('a') }, /Incorrect operand type/],
  ['DELETE n :1', { ':1': N(1) }, /Incorrect operand type/],
  ['DELETE tags :t', { ':t': { NS: ['1'] } }, /incorrect data type/],
  ['SET n = n + :big', { ':big': N('1e-38') }, /38 (significant )?digits/],
  ['ADD n :huge', { ':huge': N('9.9e125') }, /38 (significant )?digits|overflow/],
];

/** UpdateExpression and ReturnValues. */
export function updateTests({ table, has }: Suite): void {
  const run = (expression: string, values: Item, more: Record<string, unknown> = {}) =>
    table().update(key, {
      UpdateExpression: expression,
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
      ...(expression.includes('#m') ? { ExpressionAttributeNames: { '#m': 'map' } } : {}),
      ...more,
    });

  describe('updates', () => {
    it.each(updates.filter(([e]) => has('list-removals') || !e.startsWith('REMOVE series')))(
      '%s',
      async (expression, values, changed) => {
        await table().put({ ...key, ...start });
        const answer = await run(expression, values, { ReturnValues: 'ALL_NEW' });
        const wanted = Object.fromEntries(
          Object.entries({ ...key, ...start, ...changed }).filter(([, v]) => v !== undefined),
        );
        const sorted = (item: Item) =>
          Object.fromEntries(Object.entries(item).map(([name, v]) => [name, sortedSets(v)]));
        expect(sorted(answer.Attributes!)).toEqual(wanted);
        expect(sorted((await table().get(key))!)).toEqual(wanted);
      },
    );

    const beyond38 = (expression: string) => /:big|:huge/.test(expression);
    it.each(refusals.filter(([e]) => has('strict-expressions') || !beyond38(e)))(
      'refuses "%s"',
      async (expression, values, message) => {
        await table().put({ ...key, ...start });
        await refused(run(expression, values), 'ValidationException', message);
        expect((await table().get(key))?.n).toEqual(start.n);
      },
    );

    it('makes the item when there is absent', async () => {
      const fresh = { pk: S('updates'), sk: S('fresh') };
      await table().delete(fresh);
      await table().update(fresh, { UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': N(1) } });
      expect(await table().get(fresh)).toEqual({ ...fresh, a: N(1) });
      await table().delete(fresh);
      await table().update(fresh, {});
      expect(await table().get(fresh)).toEqual(fresh);
    });

    it('makes the item even by removing from one that is not there', async () => {
      const fresh = { pk: S('updates'), sk: S('removed') };
      await table().delete(fresh);
      await table().update(fresh, { UpdateExpression: 'REMOVE a' });
      expect(await table().get(fresh)).toEqual(fresh);
    });

    it('changes nothing when the condition fails', async () => {
      await table().put({ ...key, ...start });
      await refused(
        run('SET n = :1', { ':1': N(1), ':4': N(4) }, { ConditionExpression: 'n = :4' }),
        'ConditionalCheckFailedException',
      );
      expect((await table().get(key))?.n).toEqual(N(5));
    });

    it('answers what ReturnValues asks for', async () => {
      const values = async (kind: string) => {
        await table().put({ ...key, n: N(5), map: M({ x: N(1), y: N(2) }) });
        return (await run('SET #m.x = :9, c = :9 REMOVE n', { ':9': N(9) }, { ReturnValues: kind })).Attributes;
      };
      expect(await values('NONE')).toBeUndefined();
      expect(await values('ALL_OLD')).toEqual({ ...key, n: N(5), map: M({ x: N(1), y: N(2) }) });
      expect(await values('ALL_NEW')).toEqual({ ...key, c: N(9), map: M({ x: N(9), y: N(2) }) });
      const [before, after] = [await values('UPDATED_OLD'), await values('UPDATED_NEW')];
      expect([before?.n, after?.c]).toEqual([N(5), N(9)]);
      expect([before?.map?.M?.x, after?.map?.M?.x]).toEqual([N(1), N(9)]);
      if (has('paths-in-return-values')) expect([before?.map?.M?.y, after?.map?.M?.y]).toEqual([undefined, undefined]);
    });
  });
}
