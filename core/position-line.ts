import { z } from 'zod';

const count = z.number().int().nonnegative();

/** How far an image has the logs of one stream (core/plan/logs/log-position.ts). */
export const logPositionSchema = z.strictObject({
  server: z.string(),
  group: z.string(),
  from: count,
  isEnded: z.boolean(),
});

/** One line of an image's `positions.jsonl.zst`: a table. */
export const positionLineSchema = z.strictObject({
  table: z.string(),
  /** The snapshot that the image restores the table as. */
  snapshot: z.string(),
  /** Up to where the image has the table, epoch ms. */
  position: count,
  kind: z.enum(['SNAPSHOT', 'WALS']),
  /** Where the next increment from logs begins; null: none can rest on this. Absent in 0.1. */
  wals: z.array(logPositionSchema).nullable().optional(),
  /** Why there are none. */
  walsNote: z.string().optional(),
});
export type PositionLine = z.infer<typeof positionLineSchema>;
