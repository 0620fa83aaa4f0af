import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Item, type TargetRecord, targetsPartition } from '../../../core/items.ts';
import type { RestoreTargets } from '../../ports/pins.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError } from '../retry.ts';
import { itemOf, toAttributes } from './attribute-values.ts';
import { TableClient } from './table-client.ts';

const recordOf = ({ pk: _pk, sk: _sk, ...record }: Item) => record as unknown as TargetRecord;

/** Restore records in DynamoDB, partition `targets#<HBase root>`, sort key = table. */
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
      for await (const item of client.query(targetsPartition(target))) yield recordOf(item);
    },
  };
}
