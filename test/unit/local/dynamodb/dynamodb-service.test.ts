import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../../local/journal.ts';
import { put, serviceFixture, tableName } from './service-fixture.ts';

const N = (n: number) => ({ N: String(n) });
const increment = {
  Update: {
    TableName: tableName,
    Key: { id: { S: 'n' } },
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': N(1) },
  },
};

/** A journal in memory, through JSON as a file would have it. */
function memoryJournal(): { records: unknown[]; journal: Journal } {
  const records: unknown[] = [];
  return { records, journal: { append: (record) => void records.push(JSON.parse(JSON.stringify(record))) } };
}

describe('DynamoDbService', () => {
  it('forgets a request token after ten minutes, not before', async () => {
    const { call, clock } = await serviceFixture();
    const write = () => call('TransactWriteItems', { TransactItems: [increment], ClientRequestToken: 't' });
    const value = async () => (await call('GetItem', { Key: { id: { S: 'n' } } })).Item;
    await write();
    await clock.sleep(10 * 60_000 - 1);
    await write();
    expect(await value()).toMatchObject({ n: N(1) });
    await clock.sleep(1);
    await write();
    expect(await value()).toMatchObject({ n: N(2) });
  });

  it('cancels a transaction whose action meets another one, when told to', async () => {
    let conflicts = [1];
    const { call } = await serviceFixture({ faults: { isInConflict: (index) => conflicts.includes(index) } });
    const write = () => call('TransactWriteItems', { TransactItems: [put('a'), put('b')], ClientRequestToken: 't' });
    await expect(write()).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] },
    });
    expect((await call('Scan')).Count).toBe(0);
    conflicts = [];
    await write();
    expect((await call('Scan')).Count).toBe(2);
  });

  it('leaves part of a batch to the caller, when told to', async () => {
    const { call } = await serviceFixture({ faults: { isUnprocessed: (index) => index === 1 } });
    const requests = ['a', 'b', 'c'].map((id) => ({ PutRequest: { Item: { id: { S: id } } } }));
    const written = await call('BatchWriteItem', { RequestItems: { [tableName]: requests } });
    expect(written.UnprocessedItems).toEqual({ [tableName]: [requests[1]] });
    const Keys = ['a', 'c'].map((id) => ({ id: { S: id } }));
    const read = await call('BatchGetItem', { RequestItems: { [tableName]: { Keys, ConsistentRead: true } } });
    expect(read.Responses).toEqual({ [tableName]: [Keys[0]] });
    expect(read.UnprocessedKeys).toEqual({ [tableName]: { Keys: [Keys[1]], ConsistentRead: true } });
  });

  it('gives out and takes in copies', async () => {
    const { call } = await serviceFixture();
    const list = [N(1)];
    await call('PutItem', { Item: { id: { S: 'a' }, list: { L: list } } });
    list.push(N(2));
    const first = (await call('GetItem', { Key: { id: { S: 'a' } } })).Item as { list: { L: unknown[] } };
    first.list.L.push(N(3));
    expect((await call('GetItem', { Key: { id: { S: 'a' } } })).Item).toEqual({ id: { S: 'a' }, list: { L: [N(1)] } });
  });

  it('keeps attributes whose names mean something in JavaScript', async () => {
    const { call } = await serviceFixture();
    const Item = JSON.parse(
      '{ "id": { "S": "a" }, "__proto__": { "N": "1" }, "constructor": { "M": { "__proto__": { "S": "x" } } } }',
    );
    await call('PutItem', { Item });
    const answer = (await call('GetItem', { Key: { id: { S: 'a' } } })).Item;
    expect(JSON.stringify(answer)).toBe(JSON.stringify(Item));
    await expect(
      call('DeleteItem', { Key: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(toString)' }),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  it('says what it does not do', async () => {
    const { call } = await serviceFixture();
    await expect(call('CreateBackup')).rejects.toMatchObject({ name: 'NotImplemented', httpStatus: 501 });
    await expect(call('GetItem', { Key: { id: { S: 'a' } }, AttributesToGet: ['id'] })).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });

  it('takes a table by its ARN', async () => {
    const { call } = await serviceFixture();
    const { Table } = (await call('DescribeTable')) as { Table: { TableArn: string } };
    expect(await call('Scan', { TableName: Table.TableArn })).toMatchObject({ Count: 0 });
  });
});

describe('journal of DynamoDbService', () => {
  const bytes = { B: Uint8Array.of(0, 254) };

  it('restores tables, settings, items and tokens', async () => {
    const { records, journal } = memoryJournal();
    const before = await serviceFixture({ journal });
    await before.call('UpdateTable', { DeletionProtectionEnabled: true });
    await before.call('PutItem', { Item: { id: { S: 'gone' } } });
    await before.call('DeleteItem', { Key: { id: { S: 'gone' } } });
    await before.call('PutItem', {
      Item: { id: { S: 'a' }, bytes, set: { BS: [bytes.B] }, m: { M: { l: { L: [bytes] } } } },
    });
    await before.call('TransactWriteItems', { TransactItems: [increment], ClientRequestToken: 't' });

    for (const restored of [[...records], [...before.service.records()].map((r) => JSON.parse(JSON.stringify(r)))]) {
      const after = await serviceFixture({}, restored);
      expect((await after.call('DescribeTable')).Table).toEqual((await before.call('DescribeTable')).Table);
      expect((await after.call('Scan')).Items).toEqual((await before.call('Scan')).Items);
      await after.call('TransactWriteItems', { TransactItems: [increment], ClientRequestToken: 't' });
      expect((await after.call('GetItem', { Key: { id: { S: 'n' } } })).Item).toMatchObject({ n: N(1) });
    }
  });

  it('writes one record for a transaction, none for a cancelled one', async () => {
    const { records, journal } = memoryJournal();
    const { call } = await serviceFixture({ journal });
    const before = records.length;
    await call('TransactWriteItems', { TransactItems: [put('a'), put('b'), put('c')] });
    expect(records.length).toBe(before + 1);
    const failing = {
      ConditionCheck: { TableName: tableName, Key: { id: { S: 'x' } }, ConditionExpression: 'attribute_exists(id)' },
    };
    await expect(call('TransactWriteItems', { TransactItems: [put('d'), failing] })).rejects.toThrow();
    expect(records.length).toBe(before + 1);
  });

  it('changes nothing when the record cannot be written', async () => {
    let isFull = false;
    const journal: Journal = {
      append: () => {
        if (isFull) throw new Error('disk full');
      },
    };
    const { call } = await serviceFixture({ journal });
    isFull = true;
    await expect(call('TransactWriteItems', { TransactItems: [put('a'), put('b')] })).rejects.toThrow('disk full');
    expect((await call('Scan')).Count).toBe(0);
  });

  it('passes over the records of other services', async () => {
    const { records, journal } = memoryJournal();
    await serviceFixture({ journal });
    const { call } = await serviceFixture({}, [
      { service: 's3', kind: 'table-deleted', name: tableName },
      ...records,
      null,
      7,
    ]);
    expect(await call('Scan')).toMatchObject({ Count: 0 });
  });
});
