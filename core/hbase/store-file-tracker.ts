import { attributeOf } from './table-change.ts';
import type { TableSchema } from './table-schema.ts';

/** StoreFileTrackerFactory.TRACKER_IMPL: how a store knows which of the files in its directory are its own; from 2.5 on. */
export const TRACKER = 'hbase.store.file-tracker.impl';

/** Those that need no state of a migration: by listing the directory, or by a list in it (`.filelist`). */
export const TRACKERS = ['DEFAULT', 'FILE'] as const;
export type Tracker = (typeof TRACKERS)[number];

export const isTracker = (text: string | undefined): text is Tracker => TRACKERS.some((one) => one === text);

/** As the table's descriptor says; `undefined`: it says nothing, as those of 2.4 and earlier, and the cluster's setting holds. */
export const trackerOf = (schema: TableSchema): string | undefined => attributeOf(schema, null, TRACKER);

/** What shows of the HBase that wrote a descriptor. */
export type Line = 'from 2.5 on' | 'up to 2.4' | 'unknown';

/** 2.5 has the tracker written into every table, and knows an encoding of index blocks. Absent, it may be either. */
export const lineOf = (schema: TableSchema): Line =>
  trackerOf(schema) !== undefined || schema.families.some(({ attributes }) => attributes.has('INDEX_BLOCK_ENCODING'))
    ? 'from 2.5 on'
    : 'unknown';
