import { ServiceError } from '../service.ts';
import { copyItem, type Item } from './attribute-value.ts';
import { validation } from './errors.ts';
import { itemBytes } from './item-size.ts';
import { ItemWrite, type WriteKind } from './item-write.ts';
import { keyIdentity } from './key-schema.ts';
import type { Input } from './request-expressions.ts';
import type { Change, Table } from './table.ts';

/** Place in `TransactionCanceledException.CancellationReasons` is that of the action in the request. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

const maxActions = 100;
const maxTransactionBytes = 4 * 1024 * 1024;

const kinds: Record<string, WriteKind> = { Put: 'put', Update: 'update', Delete: 'delete', ConditionCheck: 'check' };

function cancelled(reasons: readonly CancellationReason[]): ServiceError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

export function readActions(input: Input): Input[] {
  const items = input.TransactItems;
  if (!Array.isArray(items) || items.length === 0 || items.length > maxActions)
    throw validation(
      "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: " +
        (Array.isArray(items) && items.length > 0
          ? `Member must have length less than or equal to ${maxActions}`
          : 'Member must have length greater than or equal to 1'),
    );
  return items as Input[];
}

export function refuseSameItem(keys: readonly { table: Table; key: Item }[]): void {
  const identities = keys.map(({ table, key }) =>
    JSON.stringify([table.definition.name, keyIdentity(table.schema, key)]),
  );
  if (new Set(identities).size !== identities.length)
    throw validation('Transaction request cannot include multiple operations on one item');
}

/** Runs `check`; what the service reports as a reason of its own rather than as an error of the whole call is returned. */
export function reasonOf(check: () => void): CancellationReason {
  try {
    check();
    return { Code: 'None' };
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'ValidationException')
      return { Code: 'ValidationError', Message: error.message };
    throw error;
  }
}

export const refuseReasons = (reasons: readonly CancellationReason[]): void => {
  if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons);
};

/** TransactWriteItems up to, not including, its effect: the changes to make, or an error and nothing changed. */
export function prepareTransaction(
  input: Input,
  tableOf: (name: unknown) => Table,
  isInConflict: (index: number) => boolean,
): Change[] {
  const writes = readActions(input).map((action) => {
    const present = Object.entries(action).filter(([, value]) => value !== undefined);
    const [name, body] = present[0] ?? ['', undefined];
    const kind = kinds[name];
    if (present.length !== 1 || !kind || typeof body !== 'object' || body === null)
      throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
    const request = body as Input;
    if (kind === 'check' && request.ConditionExpression === undefined)
      throw validation(
        "1 validation error detected: Value null at 'transactItems.member.conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null",
      );
    if (kind === 'update' && request.UpdateExpression === undefined)
      throw validation(
        "1 validation error detected: Value null at 'transactItems.member.update.updateExpression' failed to satisfy constraint: Member must not be null",
      );
    return new ItemWrite(kind, tableOf(request.TableName), request);
  });
  refuseReasons(writes.map((write) => reasonOf(() => write.check())));
  refuseSameItem(writes);
  const changes: Change[] = [];
  let bytes = 0;
  const reasons = writes.map((write, index): CancellationReason => {
    if (isInConflict(index)) return { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
    let failed: CancellationReason | undefined;
    const reason = reasonOf(() => {
      const outcome = write.evaluate();
      if (outcome.kind === 'condition-failed') {
        failed = {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          ...(write.returnsOldOnFailure && outcome.old ? { Item: copyItem(outcome.old) } : {}),
        };
        return;
      }
      bytes += itemBytes(outcome.change?.item ?? outcome.old ?? {});
      if (outcome.change) changes.push(outcome.change);
    });
    return failed ?? reason;
  });
  refuseReasons(reasons);
  if (bytes > maxTransactionBytes)
    throw validation(
      'Collection size or transaction size exceeded: the aggregate size of the items in the transaction cannot exceed 4 MB',
    );
  return changes;
}
