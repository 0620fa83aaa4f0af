import type { Item } from './attribute-value.ts';
import { itemBytes } from './item-size.ts';
import type { Input } from './request-expressions.ts';
import type { Table } from './table.ts';

export interface Use {
  readonly table: Table;
  readonly read?: Item;
  readonly written?: Item;
  readonly isConsistent?: boolean;
  readonly isTransaction?: boolean;
}

function units({ read, written, isConsistent, isTransaction }: Use): number {
  const factor = isTransaction ? 2 : 1;
  if (written) return factor * Math.max(1, Math.ceil(itemBytes(written) / 1024));
  const reads = Math.max(1, Math.ceil(itemBytes(read ?? {}) / 4096));
  return isTransaction || isConsistent ? factor * reads : reads / 2;
}

/** `ConsumedCapacity` if the request asks for it; approximate: units of the table only, none of its indexes. */
export function consumed(input: Input, uses: readonly Use[]): { ConsumedCapacity?: unknown } {
  const asked = input.ReturnConsumedCapacity;
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return {};
  const byTable = new Map<string, number>();
  for (const use of uses) {
    const name = use.table.definition.name;
    byTable.set(name, (byTable.get(name) ?? 0) + units(use));
  }
  const list = [...byTable].map(([TableName, CapacityUnits]) => ({
    TableName,
    CapacityUnits,
    ...(asked === 'INDEXES' ? { Table: { CapacityUnits } } : {}),
  }));
  const isList = input.TransactItems !== undefined || input.RequestItems !== undefined;
  return { ConsumedCapacity: isList ? list : list[0] };
}
