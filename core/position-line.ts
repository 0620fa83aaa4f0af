import { z } from 'zod';

const count = z.number().int().nonnegative();

/** How far an image has the logs of one stream (core/plan/logs/log-position.ts). */
export const logPositionSchema = z.strictObject({
  server: z.string(),
  group: z.string(),
  from: count,
  isEnded: z.boolean(),
  isFirst: z.literal(true).exactOptional(),
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
  /** By how much clocks could differ when {@link wals} were decided, ms. Absent in 0.1, and where there are none. */
  clockMarginMs: count.optional(),
});
export type PositionLine = z.infer<typeof positionLineSchema>;

/** One line of an image's `store-files.jsonl.zst`: a region of the source and its store files, as the logs told. */
export const storeFilesLineSchema = z.strictObject({
  /** The table's place in the image. */
  table: count,
  region: z.string(),
  /** In hexadecimal digits. */
  startKey: z.string().regex(/^(?:[0-9a-f]{2})*$/),
  /** Family → names. */
  files: z.record(z.string(), z.array(z.string())),
});

/** A line of a sidecar; undefined: it cannot be read. */
export function readSidecarLine<S extends z.ZodType>(schema: S, line: string): z.infer<S> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
