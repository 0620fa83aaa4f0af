import { randomUUID } from 'node:crypto';
import { TransactGetItemsCommand, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Suite } from './dynamodb-conformance.ts';
import { type Item, N, refused, S } from './dynamodb-subject.ts';

/** TransactWriteItems and TransactGetItems. */
export function transactionTests({ table, has }: Suite): void {
  const partition = () => `tx-${randomUUID()}`;
  const key = (pk: string, sk: string): Item => ({ pk: S(pk), sk: S(sk) });
  const write = (actions: TransactWriteItem[], token?: string) =>
    table().client.send(new TransactWriteItemsCommand({ TransactItems: actions, ClientRequestToken: token }));
  const put = (item: Item, more: object = {}): TransactWriteItem => ({
    Put: { TableName: table().name, Item: item, ...more },
  });
  const remove = (k: Item, more: object = {}): TransactWriteItem => ({
    Delete: { TableName: table().name, Key: k, ...more },
  });
  const check = (k: Item, condition: string, more: object = {}): TransactWriteItem => ({
    ConditionCheck: { TableName: table().name, Key: k, ConditionExpression: condition, ...more },
  });
  const add = (k: Item, more: object = {}): TransactWriteItem => ({
    Update: {
      TableName: table().name,
      Key: k,
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': N(1) },
      ...more,
    },
  });

  describe('transactions', () => {
    it('makes every change at once', async () => {
      const pk = partition();
      await table().put({ ...key(pk, 'old'), a: N(1) });
      await table().put({ ...key(pk, 'guard'), epoch: N(3) });
      await write([
        put({ ...key(pk, 'new'), a: N(1) }, { ConditionExpression: 'attribute_not_exists(pk)' }),
        add(key(pk, 'counter')),
        remove(key(pk, 'old')),
        check(key(pk, 'guard'), 'epoch = :3', { ExpressionAttributeValues: { ':3': N(3) } }),
      ]);
      expect(await table().get(key(pk, 'new'))).toEqual({ ...key(pk, 'new'), a: N(1) });
      expect(await table().get(key(pk, 'counter'))).toEqual({ ...key(pk, 'counter'), n: N(1) });
      expect(await table().get(key(pk, 'old'))).toBeUndefined();
    });

    it('makes no change when one condition fails, and says which in order', async () => {
      const pk = partition();
      await table().put({ ...key(pk, 'b'), n: N(7) });
      const error = await refused(
        write([
          put(key(pk, 'a')),
          add(key(pk, 'b'), { ConditionExpression: 'n = :one', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
          check(key(pk, 'c'), 'attribute_exists(pk)'),
          put(key(pk, 'd')),
        ]),
        'TransactionCanceledException',
        /\[None, ConditionalCheckFailed, ConditionalCheckFailed, None\]/,
      );
      const reasons = error.CancellationReasons as { Code: string; Message?: string; Item?: Item }[];
      expect(reasons.map((reason) => reason.Code)).toEqual([
        'None',
        'ConditionalCheckFailed',
        'ConditionalCheckFailed',
        'None',
      ]);
      expect(reasons[1]).toMatchObject({
        Message: 'The conditional request failed',
        Item: { ...key(pk, 'b'), n: N(7) },
      });
      expect(reasons[2]?.Item).toBeUndefined();
      const left = await table().query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S(pk) },
      });
      expect(left.Items).toEqual([{ ...key(pk, 'b'), n: N(7) }]);
    });

    if (has('validation-reasons'))
      it('reports an update that does not fit its item as a reason of its own', async () => {
        const pk = partition();
        await table().put({ ...key(pk, 'text'), n: S('x') });
        const error = await refused(write([put(key(pk, 'a')), add(key(pk, 'text'))]), 'TransactionCanceledException');
        const reasons = error.CancellationReasons as { Code: string }[];
        expect(reasons.map((reason) => reason.Code)).toEqual(['None', 'ValidationError']);
        expect(await table().get(key(pk, 'a'))).toBeUndefined();
      });

    it('refuses two actions on one item, a condition check among them', async () => {
      const pk = partition();
      const twice = /multiple operations on one item/;
      await refused(write([put(key(pk, 'a')), remove(key(pk, 'a'))]), 'ValidationException', twice);
      await refused(
        write([add(key(pk, 'a')), check(key(pk, 'a'), 'attribute_exists(pk)')]),
        'ValidationException',
        twice,
      );
    });

    it('takes 100 actions, not 101, not none', async () => {
      const pk = partition();
      const puts = (count: number) => Array.from({ length: count }, (_, i) => put(key(pk, String(i))));
      await write(puts(100));
      await refused(write(puts(101)), 'ValidationException');
      await refused(write([]), 'ValidationException');
      const all = await table().query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S(pk) },
        Select: 'COUNT',
      });
      expect(all.Count).toBe(100);
    });

    it('takes no more than 4 MB', async () => {
      const pk = partition();
      const puts = Array.from({ length: 11 }, (_, i) => put({ ...key(pk, String(i)), v: S('x'.repeat(399_000)) }));
      await refused(write(puts), 'ValidationException');
      expect(await table().get(key(pk, '0'))).toBeUndefined();
    });

    it('refuses malformed actions before anything else', async () => {
      const pk = partition();
      await refused(
        write([put(key(pk, 'a')), add(key(pk, 'b'), { UpdateExpression: 'SET status = :one' })]),
        'ValidationException',
        /reserved/,
      );
      await refused(
        write([put(key(pk, 'a')), { Put: { TableName: 'no-such-table', Item: key(pk, 'b') } }]),
        'ResourceNotFoundException',
      );
      expect(await table().get(key(pk, 'a'))).toBeUndefined();
    });

    it('does one request with one token once, and refuses another request with it', async () => {
      const pk = partition();
      const token = randomUUID();
      await write([add(key(pk, 'n'))], token);
      await write([add(key(pk, 'n'))], token);
      expect((await table().get(key(pk, 'n')))?.n).toEqual(N(1));
      await refused(write([add(key(pk, 'other'))], token), 'IdempotentParameterMismatchException');
      await write([add(key(pk, 'n'))], randomUUID());
      expect((await table().get(key(pk, 'n')))?.n).toEqual(N(2));
    });

    it('may repeat a token whose transaction was cancelled', async () => {
      const pk = partition();
      const token = randomUUID();
      const guarded = [add(key(pk, 'n'), { ConditionExpression: 'attribute_exists(pk)' })];
      await refused(write(guarded, token), 'TransactionCanceledException');
      await table().put({ ...key(pk, 'n'), n: N(10) });
      await write(guarded, token);
      expect((await table().get(key(pk, 'n')))?.n).toEqual(N(11));
    });

    it('reads several items at once', async () => {
      const pk = partition();
      await table().put({ ...key(pk, 'a'), n: N(1), m: N(2) });
      const get = (k: Item, more: object = {}) => ({ Get: { TableName: table().name, Key: k, ...more } });
      const answer = await table().client.send(
        new TransactGetItemsCommand({
          TransactItems: [get(key(pk, 'none')), get(key(pk, 'a'), { ProjectionExpression: 'm' })],
        }),
      );
      expect(answer.Responses?.map((response) => response.Item)).toEqual([undefined, { m: N(2) }]);
      await refused(
        table().client.send(new TransactGetItemsCommand({ TransactItems: [get(key(pk, 'a')), get(key(pk, 'a'))] })),
        'ValidationException',
        /multiple operations on one item/,
      );
    });
  });
}
