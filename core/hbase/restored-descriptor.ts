import type { AttributeSetting } from './attribute-setting.ts';
import { coprocessorKeys } from './descriptor-traits.ts';
import { isTracker, TRACKER, type Tracker, trackerOf } from './store-file-tracker.ts';
import { attributeOf, type TableChange } from './table-change.ts';
import type { TableSchema } from './table-schema.ts';

/** What a restore is to make of a table's descriptor. */
export interface DescriptorWishes {
  /** The last one of an attribute counts, and it goes over everything below. */
  readonly set: readonly AttributeSetting[];
  readonly stripCoprocessors: boolean;
  /** The table gets another name: a copy of it that replicated to the peers of the first would write there twice. */
  readonly isRenamed: boolean;
  /** Asked for, or what the target shows; `undefined`: as in the image. */
  readonly tracker: Tracker | undefined;
}

/** The changes that a restore makes to a descriptor; none for what is as wished already. */
export function descriptorChanges(schema: TableSchema, wishes: DescriptorWishes): TableChange[] {
  const changes = new Map<string, TableChange>();
  const change = (why: TableChange['why'], family: string | null, name: string, to: string | null) => {
    const from = attributeOf(schema, family, name) ?? null;
    changes.set(JSON.stringify([family, name]), { family, name, from, to, why });
  };
  if (wishes.stripCoprocessors)
    for (const key of coprocessorKeys(schema)) change('strip-coprocessors', null, key, null);
  for (const { name: family } of schema.families) {
    const scope = attributeOf(schema, family, 'REPLICATION_SCOPE') ?? '0';
    if (wishes.isRenamed && scope !== '0') change('replication-scope', family, 'REPLICATION_SCOPE', '0');
  }
  if (wishes.tracker !== undefined) {
    change('store-file-tracker', null, TRACKER, wishes.tracker);
    // As clone_snapshot with CLONE_SFT: a family's own would go over the table's.
    for (const { name } of schema.families) change('store-file-tracker', name, TRACKER, null);
  }
  for (const { family, name, value } of wishes.set) change('set', family, name, value);
  return [...changes.values()].filter(({ from, to }) => from !== to);
}

/** What shows of a target's trackers. */
export interface TargetTracker {
  /** Of the descriptor that tells: the table's that is replaced, or `hbase:meta`'s. `undefined`: it says nothing, or there is none. */
  readonly tracker: string | undefined;
  /** That descriptor was written by HBase 2.4 or earlier, which knows no trackers. */
  readonly isBefore25: boolean;
}

/**
 * The tracker that a restored table gets if none is asked for: that of the target, because restore_snapshot refuses
 * another one (StoreFileTrackerValidationUtils), and a table that says FILE in an HBase that writes no lists shows no
 * rows once an HBase from 2.5 on opens it. A target that shows nothing, or a migration, decides nothing.
 */
export function trackerFor(schema: TableSchema, target: TargetTracker): Tracker | undefined {
  if (isTracker(target.tracker)) return target.tracker;
  const isListed = trackerOf(schema) !== undefined && trackerOf(schema) !== 'DEFAULT';
  return target.tracker === undefined && target.isBefore25 && isListed ? 'DEFAULT' : undefined;
}
