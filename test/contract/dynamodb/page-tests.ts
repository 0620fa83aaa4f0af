import { BatchWriteItemCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { type Item, N, refused, S } from './dynamodb-subject.ts';

const sortKeys = ['a', 'a0', 'a1', 'aZ', 'ab', 'b', 'b1', 'c', 'é', '\u{ff5e}', '\u{1f5dd}'];

/** Query, Scan, pages, indexes. */
export function pageTests({ table, has }: Suite): void {
  const inPartition = (more = '', values: Item = {}): Omit<QueryCommandInput, 'TableName'> => ({
    KeyConditionExpression: `pk = :pk${more}`,
    ExpressionAttributeValues: { ':pk': S('pages'), ...values },
  });
  const keysOf = (items: Item[] | undefined) => (items ?? []).map((item) => item.sk?.S);
  const allPages = async (input: Omit<QueryCommandInput, 'TableName'>) => {
    const pages: (string | undefined)[][] = [];
    let start: Item | undefined;
    do {
      const page = await table().query({ ...input, ...(start ? { ExclusiveStartKey: start } : {}) });
      pages.push(keysOf(page.Items));
      start = page.LastEvaluatedKey;
      expect(pages.length).toBeLessThan(50);
    } while (start);
    return pages;
  };

  describe('pages', () => {
    beforeAll(async () => {
      for (const [i, sk] of sortKeys.entries())
        await table().put({
          pk: S('pages'),
          sk: S(sk),
          i: N(i),
          ...(i % 2 === 0 ? { owner: S('me'), rank: N(-i) } : {}),
        });
    });

    it('sorts by the bytes of UTF-8, both ways', async () => {
      expect(keysOf((await table().query(inPartition())).Items)).toEqual(sortKeys);
      const backward = await table().query({ ...inPartition(), ScanIndexForward: false });
      expect(keysOf(backward.Items)).toEqual([...sortKeys].reverse());
    });

    it.each([
      [' AND sk = :a', { ':a': S('ab') }, ['ab']],
      [' AND sk < :a', { ':a': S('a1') }, ['a', 'a0']],
      [' AND sk <= :a', { ':a': S('a1') }, ['a', 'a0', 'a1']],
      [' AND sk > :a', { ':a': S('c') }, ['é', '\u{ff5e}', '\u{1f5dd}']],
      [' AND sk >= :a', { ':a': S('c') }, ['c', 'é', '\u{ff5e}', '\u{1f5dd}']],
      [' AND sk BETWEEN :a AND :b', { ':a': S('a1'), ':b': S('b') }, ['a1', 'aZ', 'ab', 'b']],
      [' AND begins_with(sk, :a)', { ':a': S('a') }, ['a', 'a0', 'a1', 'aZ', 'ab']],
      [' AND begins_with(sk, :a)', { ':a': S('zz') }, []],
      [' AND (sk = :a)', { ':a': S('c') }, ['c']],
    ] as [string, Item, string[]][])('reads the range%s', async (more, values, wanted) => {
      expect(keysOf((await table().query(inPartition(more, values))).Items)).toEqual(wanted);
      const backward = await table().query({ ...inPartition(more, values), ScanIndexForward: false });
      expect(keysOf(backward.Items)).toEqual([...wanted].reverse());
      expect((await allPages({ ...inPartition(more, values), Limit: 2 })).flat()).toEqual(wanted);
    });

    it('gives pages of Limit items, each going on after the last', async () => {
      const pages = await allPages({ ...inPartition(), Limit: 4 });
      expect(pages.slice(0, 3)).toEqual([sortKeys.slice(0, 4), sortKeys.slice(4, 8), sortKeys.slice(8)]);
      const backward = await allPages({ ...inPartition(), Limit: 4, ScanIndexForward: false });
      expect(backward.flat()).toEqual([...sortKeys].reverse());
    });

    it('names the last key of a full page even if nothing follows', async () => {
      const page = await table().query({ ...inPartition(), Limit: sortKeys.length });
      expect(page.LastEvaluatedKey).toEqual({ pk: S('pages'), sk: S(sortKeys.at(-1)!) });
      const rest = await table().query({ ...inPartition(), ExclusiveStartKey: page.LastEvaluatedKey });
      expect([rest.Items, rest.LastEvaluatedKey]).toEqual([[], undefined]);
    });

    it('goes on from a key whose item is gone', async () => {
      const page = await table().query({ ...inPartition(), ExclusiveStartKey: { pk: S('pages'), sk: S('aa') } });
      expect(keysOf(page.Items)).toEqual(sortKeys.slice(4));
    });

    it('counts Limit before the filter, and names the last key that it read', async () => {
      const page = await table().query({
        ...inPartition('', { ':9': N(9) }),
        FilterExpression: 'i >= :9',
        Limit: 3,
      });
      expect([page.Count, page.ScannedCount, page.Items]).toEqual([0, 3, []]);
      expect(page.LastEvaluatedKey).toEqual({ pk: S('pages'), sk: S('a1') });
    });

    it('filters, projects, counts', async () => {
      const input = { ...inPartition('', { ':4': N(4) }), FilterExpression: 'i < :4' };
      const projected = await table().query({ ...input, ProjectionExpression: 'i' });
      expect(projected.Items).toEqual([0, 1, 2, 3].map((i) => ({ i: N(i) })));
      const counted = await table().query({ ...input, Select: 'COUNT' });
      expect([counted.Count, counted.ScannedCount, counted.Items]).toEqual([4, sortKeys.length, undefined]);
    });

    it('ends a page at 1 MB', async () => {
      const item = (n: number) => ({ pk: S('big'), sk: S(String(n)), v: S('x'.repeat(300_000)) });
      for (const n of [0, 1, 2, 3, 4, 5]) await table().put(item(n));
      const first = await table().query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S('big') },
      });
      expect(first.Items?.length).toBe(4);
      expect(first.LastEvaluatedKey).toEqual({ pk: S('big'), sk: S('3') });
      const second = await table().query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S('big') },
        ExclusiveStartKey: first.LastEvaluatedKey,
      });
      expect([keysOf(second.Items), second.LastEvaluatedKey]).toEqual([['4', '5'], undefined]);
      for (const n of [0, 1, 2, 3, 4, 5]) await table().delete({ pk: S('big'), sk: S(String(n)) });
    });

    it.each([
      ['sk = :pk', {}, /missed key schema element/],
      ['pk > :pk', {}, /key condition not supported/],
      ['pk = :pk AND pk = :pk', {}, /one condition per key/],
      ['pk = :pk OR sk = :pk', {}, /Invalid operator used in KeyConditionExpression: OR/],
      ['pk = :pk AND sk <> :pk', {}, /Invalid operator used in KeyConditionExpression/],
      ['pk = :pk AND contains(sk, :pk)', {}, /Invalid operator used in KeyConditionExpression: contains/],
      ['pk = :pk AND i = :pk', {}, /missed key schema element/],
      ['pk = :pk AND sk = :n', { ':n': N(1) }, /does not match schema type/],
    ] as [string, Item, RegExp][])('refuses the key condition "%s"', async (expression, values, message) => {
      const input = { KeyConditionExpression: expression, ExpressionAttributeValues: { ':pk': S('pages'), ...values } };
      await refused(table().query(input), 'ValidationException', message);
    });

    if (has('empty-key-conditions'))
      it('refuses an empty value in a key condition', async () => {
        const input = inPartition(' AND sk = :n', { ':n': S('') });
        await refused(table().query(input), 'ValidationException', /empty string/);
      });

    it('refuses what else makes no sense', async () => {
      await refused(
        table().query({ ...inPartition('', { ':a': S('a') }), FilterExpression: 'sk = :a' }),
        'ValidationException',
        /Filter Expression can only contain non-primary key attributes/,
      );
      await refused(table().query({ ...inPartition(), Limit: 0 }), 'ValidationException');
      await refused(
        table().query({ ...inPartition(), ExclusiveStartKey: { pk: S('pages') } }),
        'ValidationException',
        /start(ing)? key/i,
      );
      await refused(
        table().query({ ...inPartition(), ExclusiveStartKey: { pk: S('other'), sk: S('a') } }),
        'ValidationException',
        /start(ing)? key/i,
      );
      await refused(
        table().query({ ...inPartition(), IndexName: 'none' }),
        'ValidationException',
        /does not have the specified index/,
      );
    });

    it('queries an index: sparse, in its own order, page by page', async () => {
      const input = {
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :me AND #r <= :zero',
        ExpressionAttributeNames: { '#o': 'owner', '#r': 'rank' },
        ExpressionAttributeValues: { ':me': S('me'), ':zero': N(0) },
      };
      const even = sortKeys.filter((_, i) => i % 2 === 0).reverse();
      expect((await allPages({ ...input, Limit: 2 })).flat()).toEqual(even);
      const page = await table().query({ ...input, Limit: 1 });
      expect(Object.keys(page.LastEvaluatedKey ?? {}).sort()).toEqual(['owner', 'pk', 'rank', 'sk']);
      await refused(
        table().query({ ...input, ConsistentRead: true }),
        'ValidationException',
        /Consistent reads are not supported/,
      );
      await table().update(
        { pk: S('pages'), sk: S('a') },
        { UpdateExpression: 'REMOVE #o', ExpressionAttributeNames: { '#o': 'owner' } },
      );
      expect((await allPages(input)).flat()).toEqual(even.slice(0, -1));
    });

    it('scans everything once, page by page', async () => {
      const requests = Array.from({ length: 20 }, (_, i) => ({
        PutRequest: { Item: { pk: S(`scan-${i}`), sk: S('x') } },
      }));
      await table().client.send(new BatchWriteItemCommand({ RequestItems: { [table().name]: requests } }));
      const found: string[] = [];
      let start: Item | undefined;
      do {
        const page = await table().scan({
          Limit: 7,
          FilterExpression: 'begins_with(pk, :scan)',
          ExpressionAttributeValues: { ':scan': S('scan-') },
          ConsistentRead: true,
          ...(start ? { ExclusiveStartKey: start } : {}),
        });
        found.push(...(page.Items ?? []).map((item) => item.pk?.S ?? ''));
        start = page.LastEvaluatedKey;
      } while (start);
      expect(found.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `scan-${i}`).sort());
    });
  });
}
