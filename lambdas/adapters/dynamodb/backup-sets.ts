import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { canonicalJson, type Json } from '../../../core/canonical-json.ts';
import { type BackupSet, type Item, setsPartition } from '../../../core/items.ts';
import type { BackupSets } from '../../ports/backup-sets.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError } from '../retry.ts';
import { toAttributes } from './attribute-values.ts';
import { TableClient } from './table-client.ts';

const setOf = ({ pk: _pk, sk: _sk, ...set }: Item) => set as unknown as BackupSet;
const isRefused = (error: unknown): boolean => describeSdkError(error).name === 'ConditionalCheckFailedException';

/** Backup sets in DynamoDB, partition `sets#<root>`, sort key = name. */
export function dynamoDbBackupSets(world: Pick<Clients, 'dynamodb' | 'clock' | 'ids'>, tableName: string): BackupSets {
  const client = new TableClient(world, tableName);
  const get = async (root: string, name: string) => {
    const item = await client.get(setsPartition(root), name);
    return item && setOf(item);
  };
  return {
    get,
    async *list(root) {
      for await (const item of client.query(setsPartition(root))) yield setOf(item);
    },
    async put(set, before) {
      const command = new PutItemCommand({
        TableName: tableName,
        Item: toAttributes({ ...set, tables: [...set.tables], pk: setsPartition(set.root), sk: set.name }),
        ...(before === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#version = :before',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':before': { N: String(before) } },
            }),
      });
      try {
        await client.send(() => world.dynamodb.send(command));
        return { decision: 'WRITTEN' };
      } catch (error) {
        if (!isRefused(error)) throw error;
        const there = await get(set.root, set.name);
        const isOurs =
          there !== undefined && canonicalJson(there as unknown as Json) === canonicalJson({ ...set } as Json);
        return { decision: isOurs ? 'WRITTEN' : 'CHANGED' };
      }
    },
    async remove(root, name, before) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: { pk: { S: setsPartition(root) }, sk: { S: name } },
        ConditionExpression: 'attribute_not_exists(pk) OR #version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':before': { N: String(before) } },
      });
      try {
        await client.send(() => world.dynamodb.send(command));
        return { decision: 'REMOVED' };
      } catch (error) {
        if (!isRefused(error)) throw error;
        return { decision: 'CHANGED' };
      }
    },
  };
}
