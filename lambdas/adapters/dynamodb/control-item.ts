import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { CONTROL, type Control, type Flag, type Item, rootPartition, type SnapshotRef } from '../../../core/items.ts';
import type { Held } from '../../ports/system-table.ts';
import { toAttribute } from './attribute-values.ts';

/**
 * The control item as it lies in the table: `epoch`, `version`, and while a session is active `activeSnapshot` and the
 * rest of the flag. Absent until a root's first begin: epoch 0, version 0, no flag.
 */
export function controlOf(item: Item | undefined): Control {
  if (!item) return { epoch: 0, version: 0, flag: undefined };
  const { epoch, version, activeSnapshot } = item;
  const flag: Flag | undefined =
    activeSnapshot === undefined
      ? undefined
      : {
          activeSnapshot: activeSnapshot as string,
          snapshot: item.snapshot as unknown as SnapshotRef,
          phase: item.phase as Flag['phase'],
          runId: item.runId as string,
          sessionId: item.sessionId as string,
          operation: item.operation as string,
          executionArn: item.executionArn as string,
          startedAt: item.startedAt as number,
        };
  return { epoch: epoch as number, version: version as number, flag };
}

const FLAG_ATTRIBUTES = [
  'activeSnapshot',
  'snapshot',
  'phase',
  'runId',
  'sessionId',
  'operation',
  'executionArn',
  'startedAt',
];

const key = (root: string) => ({ pk: { S: rootPartition(root) }, sk: { S: CONTROL } });

/**
 * The fence, as a condition on the control item (I2):
 *
 *     begin          take-over            fenced writes            commit / end of a roll-back
 *       |                |                     |                              |
 *   no flag, version   flag, epoch e      flag, epoch e+1               flag, epoch e+1
 *
 * Whoever took over has the next epoch, so from then on every earlier holder's condition fails.
 */
const FENCE = 'activeSnapshot = :flag AND epoch = :epoch';
const fenceValues = (held: Held) => ({ ':flag': { S: held.activeSnapshot }, ':epoch': { N: String(held.epoch) } });

export function fenceCheck(tableName: string, held: Held): TransactWriteItem {
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: key(held.root),
      ConditionExpression: FENCE,
      ExpressionAttributeValues: fenceValues(held),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** Sets the flag: no flag, and the version read before the system snapshot was taken. */
export function setFlag(
  tableName: string,
  root: string,
  before: { version: number; epoch: number },
  flag: Flag,
): TransactWriteItem {
  const names = Object.fromEntries(FLAG_ATTRIBUTES.map((a) => [`#${a}`, a]));
  const values = Object.fromEntries(FLAG_ATTRIBUTES.map((a) => [`:${a}`, toAttribute(flag[a as keyof Flag] as never)]));
  const sets = FLAG_ATTRIBUTES.map((a) => `#${a} = :${a}`).join(', ');
  return {
    Update: {
      TableName: tableName,
      Key: key(root),
      // A root without a control item has version 0.
      ConditionExpression:
        before.version === 0
          ? 'attribute_not_exists(#activeSnapshot) AND attribute_not_exists(#version)'
          : 'attribute_not_exists(#activeSnapshot) AND #version = :before',
      UpdateExpression: `SET ${sets}, #epoch = :nextEpoch, #version = :nextVersion`,
      ExpressionAttributeNames: { ...names, '#epoch': 'epoch', '#version': 'version' },
      ExpressionAttributeValues: {
        ...values,
        ...(before.version === 0 ? {} : { ':before': { N: String(before.version) } }),
        ':nextEpoch': { N: String(before.epoch + 1) },
        ':nextVersion': { N: String(before.version + 1) },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** The take-over: the same flag and epoch, the next epoch for the new holder. */
export function takeFlag(tableName: string, held: Held, runId: string): TransactWriteItem {
  return {
    Update: {
      TableName: tableName,
      Key: key(held.root),
      ConditionExpression: FENCE,
      UpdateExpression: 'SET epoch = :next, phase = :phase, runId = :run',
      ExpressionAttributeValues: {
        ...fenceValues(held),
        ':next': { N: String(held.epoch + 1) },
        ':phase': { S: 'ROLLING_BACK' },
        ':run': { S: runId },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** Removes the flag, version+1: the commit's, or the end of a roll-back's (I6). The condition sits on this Update itself. */
export function removeFlag(tableName: string, held: Held): TransactWriteItem {
  return {
    Update: {
      TableName: tableName,
      Key: key(held.root),
      ConditionExpression: FENCE,
      UpdateExpression: `ADD #version :one REMOVE ${FLAG_ATTRIBUTES.map((a) => `#${a}`).join(', ')}`,
      ExpressionAttributeNames: {
        '#version': 'version',
        ...Object.fromEntries(FLAG_ATTRIBUTES.map((a) => [`#${a}`, a])),
      },
      ExpressionAttributeValues: { ...fenceValues(held), ':one': { N: '1' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** A change outside a session: no flag, version+1. */
export function countChange(tableName: string, root: string): TransactWriteItem {
  return {
    Update: {
      TableName: tableName,
      Key: key(root),
      ConditionExpression: 'attribute_not_exists(activeSnapshot)',
      UpdateExpression: 'ADD #version :one',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}
