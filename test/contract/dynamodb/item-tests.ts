import { BatchGetItemCommand, BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { B, type Item, L, M, N, refused, S, sortedSets } from './dynamodb-subject.ts';

/** Single items and batches of them. */
export function itemTests({ table, has }: Suite): void {
  const key = (sk: string): Item => ({ pk: S('items'), sk: S(sk) });

  describe('items', () => {
    it('returns every type as it was put, numbers in canonical form', async () => {
      const item: Item = {
        ...key('types'),
        text: S('grüße 🗝'),
        empty: S(''),
        bytes: B(0, 255, 16),
        yes: { BOOL: true },
        nothing: { NULL: true },
        list: L(N(1), S('two'), L()),
        map: M({ 'a.b': N(-0.5), __proto__x: S('x'), inner: M({}) }),
      };
      await table().put(item);
      expect(await table().get(key('types'))).toEqual(item);
      await table().put({
        ...key('sets'),
        ss: { SS: ['b', 'a'] },
        ns: { NS: ['2', '1.0'] },
        bs: { BS: [Uint8Array.of(1)] },
      });
      const sets = await table().get(key('sets'));
      expect(sortedSets(sets!.ss!)).toEqual({ SS: ['a', 'b'] });
      expect(sortedSets(sets!.ns!)).toEqual({ NS: ['1', '2'] });
      expect(sets?.bs).toEqual({ BS: [Uint8Array.of(1)] });
    });

    it.each([
      ['1.50', '1.5'],
      ['-0', '0'],
      ['0010', '10'],
      ['1e3', '1000'],
      ['12E-4', '0.0012'],
      ['.5', '0.5'],
      ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
      ['-0.00000000000000000000012345', '-0.00000000000000000000012345'],
    ])('writes the number %s as %s', async (written, read) => {
      await table().put({ ...key('number'), n: N(written) });
      expect((await table().get(key('number')))?.n).toEqual(N(read));
    });

    it.each(['', 'x', '1e', '--1', '1_000', '0x10', 'NaN', 'Infinity', '1e126', '1e-131', '1'.repeat(39)])(
      'refuses the number "%s"',
      async (text) => {
        await refused(table().put({ ...key('number'), n: N(text) }), 'ValidationException');
      },
    );

    it('refuses values that are none', async () => {
      const put = (value: unknown) =>
        table().client.send(
          new PutItemCommand({ TableName: table().name, Item: { ...key('bad'), v: value as never } }),
        );
      await refused(put({ SS: [] }), 'ValidationException', /empty/);
      await refused(put({ SS: ['a', 'a'] }), 'ValidationException', /duplicates/);
      await refused(put({ NS: ['1', '1.0'] }), 'ValidationException', /duplicates/);
      await refused(put({ NULL: false }), 'ValidationException');
    });

    it('refuses keys that do not fit the schema', async () => {
      await refused(table().get({ pk: S('items') }), 'ValidationException');
      await refused(table().get({ ...key('a'), more: S('x') }), 'ValidationException');
      await refused(table().get({ pk: S('items'), sk: N(1) }), 'ValidationException');
      await refused(table().put({ pk: S('items') }), 'ValidationException');
      await refused(table().put({ pk: S('items'), sk: N(1) }), 'ValidationException');
    });

    it('refuses empty and oversized keys', async () => {
      await refused(table().put({ pk: S(''), sk: S('a') }), 'ValidationException', /empty string/);
      await refused(table().put({ pk: S('a'), sk: S('') }), 'ValidationException', /empty string/);
      await refused(
        table().put({ pk: S('a'.repeat(2049)), sk: S('a') }),
        'ValidationException',
        /hash ?key|hash primary key/i,
      );
      await refused(
        table().put({ pk: S('a'), sk: S('a'.repeat(1025)) }),
        'ValidationException',
        /range (primary )?key/i,
      );
      await table().put({ pk: S('a'.repeat(2048)), sk: S('a'.repeat(1024)) });
    });

    it('refuses an item of more than 400 KB, keeps one of exactly that', async () => {
      const names = Buffer.byteLength('pkskv') + Buffer.byteLength('items') + Buffer.byteLength('size');
      const item = (bytes: number) => ({ ...key('size'), v: S('x'.repeat(bytes - names)) });
      await table().put(item(400 * 1024));
      await refused(table().put(item(400 * 1024 + 1)), 'ValidationException', /exceeded the maximum allowed size/);
      await refused(
        table().update(key('size'), { UpdateExpression: 'SET w = :w', ExpressionAttributeValues: { ':w': N(1) } }),
        'ValidationException',
        /exceeded the maximum allowed size/,
      );
      await table().delete(key('size'));
    });

    it('refuses an index key of another type', async () => {
      await refused(
        table().put({ ...key('index'), owner: N(1) }),
        'ValidationException',
        /Type mismatch for Index Key/,
      );
    });

    it('puts over an item whole and answers the old one when asked', async () => {
      expect((await table().put({ ...key('put'), a: N(1) }, { ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined();
      const second = await table().put({ ...key('put'), b: N(2) }, { ReturnValues: 'ALL_OLD' });
      expect(second.Attributes).toEqual({ ...key('put'), a: N(1) });
      expect(await table().get(key('put'))).toEqual({ ...key('put'), b: N(2) });
      await refused(table().put(key('put'), { ReturnValues: 'ALL_NEW' }), 'ValidationException');
    });

    it('deletes an item, and one that is not there', async () => {
      await table().put({ ...key('delete'), a: N(1) });
      expect((await table().delete(key('delete'), { ReturnValues: 'ALL_OLD' })).Attributes).toEqual({
        ...key('delete'),
        a: N(1),
      });
      expect((await table().delete(key('delete'), { ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined();
      expect(await table().get(key('delete'))).toBeUndefined();
    });

    it('says when a table is not there', async () => {
      await refused(
        table().client.send(new PutItemCommand({ TableName: 'no-such-table', Item: key('a') })),
        'ResourceNotFoundException',
      );
    });

    it('projects paths of an item', async () => {
      await table().put({ ...key('project'), a: M({ b: L(N(0), N(1), N(2)), c: S('c') }), d: S('d') });
      const projected = await table().get(key('project'), {
        ProjectionExpression: 'sk, a.b[2], a.b[0], #missing, a.z',
        ExpressionAttributeNames: { '#missing': 'missing' },
      });
      expect(projected).toEqual({ sk: S('project'), a: M({ b: L(N(0), N(2)) }) });
      await refused(table().get(key('project'), { ProjectionExpression: 'a, a.b' }), 'ValidationException', /overlap/);
      await refused(table().get(key('project'), { ProjectionExpression: 'status' }), 'ValidationException', /reserved/);
    });

    it('names consumed capacity only when asked', async () => {
      const plain = await table().put(key('capacity'));
      expect(plain.ConsumedCapacity).toBeUndefined();
      const asked = await table().put(key('capacity'), { ReturnConsumedCapacity: 'TOTAL' });
      expect(asked.ConsumedCapacity?.CapacityUnits).toBe(1);
    });
  });

  describe('batches', () => {
    it('writes and reads several items, leaving none unprocessed', async () => {
      const keys = ['1', '2', '3'].map((n) => key(`batch-${n}`));
      const written = await table().client.send(
        new BatchWriteItemCommand({
          RequestItems: { [table().name]: keys.map((k) => ({ PutRequest: { Item: { ...k, v: B(7) } } })) },
        }),
      );
      expect(written.UnprocessedItems ?? {}).toEqual({});
      await table().client.send(
        new BatchWriteItemCommand({ RequestItems: { [table().name]: [{ DeleteRequest: { Key: keys[1]! } }] } }),
      );
      const read = await table().client.send(
        new BatchGetItemCommand({ RequestItems: { [table().name]: { Keys: keys, ConsistentRead: true } } }),
      );
      expect(read.Responses?.[table().name]?.map((item) => item.sk?.S).sort()).toEqual(['batch-1', 'batch-3']);
      expect(read.Responses?.[table().name]?.[0]?.v).toEqual(B(7));
      expect(read.UnprocessedKeys ?? {}).toEqual({});
    });

    it('refuses doubled keys and too many requests', async () => {
      const write = (keys: Item[]) =>
        table().client.send(
          new BatchWriteItemCommand({
            RequestItems: { [table().name]: keys.map((Item) => ({ PutRequest: { Item } })) },
          }),
        );
      await refused(write([key('same'), key('same')]), 'ValidationException', /duplicates/);
      await refused(write(Array.from({ length: 26 }, (_, i) => key(`n${i}`))), 'ValidationException');
      const read = (keys: Item[]) =>
        table().client.send(new BatchGetItemCommand({ RequestItems: { [table().name]: { Keys: keys } } }));
      await refused(read([key('same'), key('same')]), 'ValidationException', /duplicates/);
      await refused(read(Array.from({ length: 101 }, (_, i) => key(`n${i}`))), 'ValidationException');
      if (has('transactions')) expect(await table().get(key('n0'))).toBeUndefined();
    });
  });
}
