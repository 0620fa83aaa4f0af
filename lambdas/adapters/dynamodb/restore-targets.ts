import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Item, type LeftRestore, leftKey, type TargetRecord, targetsPartition } from '../../../core/items.ts';
import type { RestoreTargets } from '../../ports/pins.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError } from '../retry.ts';
import { itemOf, toAttributes } from './attribute-values.ts';
import { TableClient } from './table-client.ts';

const recordOf = ({ pk: _pk, sk: _sk, ...record }: Item) => record as unknown as TargetRecord;
const leftOf = ({ pk: _pk, sk: _sk, ...left }: Item) => left as unknown as LeftRestore;
const LEFT = leftKey('');

/** Restore records in DynamoDB, partition `targets#<HBase root>`, sort key = table; `left#<restore id>` of what is left. */
export function dynamoDbRestoreTargets(
  world: Pick<Clients, 'dynamodb' | 'clock' | 'ids'>,
  tableName: string,
): RestoreTargets {
  const client = new TableClient(world, tableName);
  const itemFor = (record: TargetRecord) =>
    toAttributes({ ...record, pk: targetsPartition(record.target), sk: record.table });
  const refused = (error: unknown) => describeSdkError(error).name === 'ConditionalCheckFailedException';
  return {
    async claim(record, nowMs) {
      try {
        await client.send(() =>
          world.dynamodb.send(
            new PutItemCommand({
              TableName: tableName,
              Item: itemFor(record),
              ConditionExpression:
                'attribute_not_exists(pk) OR restoreId = :mine OR #state <> :restoring OR expiresAt < :now',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: {
                ':mine': { S: record.restoreId },
                ':restoring': { S: 'RESTORING' },
                ':now': { N: String(nowMs) },
              },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          ),
        );
        return { decision: 'CLAIMED' };
      } catch (error) {
        const shown = (error as { Item?: Parameters<typeof itemOf>[0] }).Item;
        if (!refused(error) || !shown) throw error;
        return { decision: 'BUSY', holder: recordOf(itemOf(shown)) };
      }
    },
    async update(record) {
      try {
        await client.send(() =>
          world.dynamodb.send(
            new PutItemCommand({
              TableName: tableName,
              Item: itemFor(record),
              // An end is final: a late step never reopens what was closed.
              ConditionExpression: 'restoreId = :mine AND #state = :restoring',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: { ':mine': { S: record.restoreId }, ':restoring': { S: 'RESTORING' } },
            }),
          ),
        );
        return true;
      } catch (error) {
        if (refused(error)) return false;
        throw error;
      }
    },
    async get(target, table) {
      const item = await client.get(targetsPartition(target), table);
      return item && recordOf(item);
    },
    async *list(target) {
      for await (const item of client.query(targetsPartition(target))) {
        if (!item.sk.startsWith(LEFT)) yield recordOf(item);
      }
    },
    async noteLeft(left) {
      const item = toAttributes({ ...left, pk: targetsPartition(left.target), sk: leftKey(left.restoreId) });
      await client.send(() => world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item })));
    },
    async *listLeft(target) {
      for await (const item of client.query(targetsPartition(target), LEFT)) yield leftOf(item);
    },
    async forgetLeft(target, restoreId, atMs) {
      try {
        await client.send(() =>
          world.dynamodb.send(
            new DeleteItemCommand({
              TableName: tableName,
              Key: { pk: { S: targetsPartition(target) }, sk: { S: leftKey(restoreId) } },
              ConditionExpression: 'attribute_not_exists(pk) OR notBefore <= :at',
              ExpressionAttributeValues: { ':at': { N: String(atMs) } },
            }),
          ),
        );
        return true;
      } catch (error) {
        if (refused(error)) return false;
        throw error;
      }
    },
  };
}
