import { z } from 'zod';
import { count } from './fields.ts';

const name = z.string();
const names = z.array(name).readonly();

/** One attribute that a `--set` gives a table, or one of its families; null takes it away. */
export const attributeSetting = z.object({ family: name.nullable(), name, value: name.nullable() });

/** An attribute that the restored descriptor has otherwise than the image's (core/hbase/table-change.ts). */
const tableChange = z.object({
  family: name.nullable(),
  name,
  from: name.nullable(),
  to: name.nullable(),
  why: z.enum(['set', 'strip-coprocessors', 'replication-scope', 'store-file-tracker']),
});

const line = z.enum(['from 2.5 on', 'up to 2.4', 'unknown']);

/** What `PlanRestore` finds out about a table before anything is placed. */
export const restorePlan = z.object({
  /** Made to the descriptor when it is published, and nothing else. */
  changes: z.array(tableChange),
  /** What of the image's descriptor the target must know. */
  descriptor: z.object({
    coprocessors: names,
    compressions: names,
    encodings: names,
    /** Families. */
    encrypted: names,
    mob: names,
    tracker: name.nullable(),
    line,
  }),
  /** What somebody must know before the table is cloned, a sentence each. */
  notes: names,
  manifestBytes: count,
});

/** What shows of the target's HBase in its root directory; null: it does not show. */
export const targetShows = z.object({
  clusterId: name.nullable(),
  /** `hbase.version`: of the layout of the directory, not of HBase. */
  layoutVersion: name.nullable(),
  /** Store-file tracker of `hbase:meta`. */
  tracker: name.nullable(),
  line,
});
export type TargetShows = z.infer<typeof targetShows>;
