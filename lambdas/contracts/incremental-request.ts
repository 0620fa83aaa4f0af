import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { parseMoment } from '../../core/moment.ts';
import { backupPlaces, type ConfiguredPlaces } from './backup-places.ts';
import type { IncrementalRequest } from './fields.ts';
import { parseInput } from './parse-input.ts';
import { wantedTables } from './wanted-tables.ts';

/** What a person types into the console, or the CLI and a schedule send (docs/design.md, "Inputs"). */
const typedSchema = z.strictObject({
  root: z.string(),
  source: z.string(),
  tables: z.array(z.string()).nonempty().optional(),
  all: z.literal(true).optional(),
  fromSnapshot: z.boolean().optional(),
  wals: z.string().optional(),
  includeActive: z.boolean().optional(),
  clockMarginSeconds: z.number().int().min(0).max(3_600).optional(),
  until: z.union([z.string(), z.number()]).optional(),
  snapshots: z.record(z.string(), z.string()).optional(),
  orFull: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  copyConcurrency: z.number().int().min(1).max(10_000).optional(),
  chunkObjects: z.number().int().min(1).max(1_000).optional(),
  /** Of a schedule: which, and for what time. */
  schedule: z.strictObject({ arn: z.string(), time: z.string() }).optional(),
});

/** By how much the clocks of servers that NTP keeps may differ, with much to spare. */
export const DEFAULT_CLOCK_MARGIN_SECONDS = 30;

const EXAMPLE = '{"root":"s3://bucket/backups","source":"s3://bucket/hbase","fromSnapshot":true}';

/** A request whose tables are not known yet: `null` is every table that has an image in the root. */
export type TypedIncrement = Omit<IncrementalRequest, 'tables'> & { readonly tables: string[] | null };

/**
 * Checks a request for an incremental backup against the configuration, before any side effect.
 * @throws InvalidInput, RootNotConfigured, SourceNotConfigured, DestinationRefused
 */
export function parseIncrementalRequest(typed: unknown, configured: ConfiguredPlaces): TypedIncrement {
  const input = parseInput(typedSchema, typed, EXAMPLE);
  const fromSnapshot = input.fromSnapshot ?? false;
  const ofLogs = (['includeActive', 'clockMarginSeconds', 'until'] as const).find(
    (field) => input[field] !== undefined,
  );
  if (fromSnapshot && ofLogs !== undefined) {
    throw new InvalidInput(`${ofLogs}: means nothing with fromSnapshot`, 'leave one of them out', { field: ofLogs });
  }
  if (input.until !== undefined && input.orFull) {
    // A full ends where its snapshot does.
    throw new InvalidInput('orFull: means nothing with until', 'leave one of them out', { field: 'orFull' });
  }
  const until = input.until === undefined ? undefined : parseMoment(input.until, 'until').ms;
  const { root, source, wals } = backupPlaces(input, configured);
  return {
    type: 'INCREMENTAL',
    root: root.uri,
    source: source.uri,
    ...wantedTables(input),
    orFull: input.orFull ?? false,
    fromSnapshot,
    wals: wals.uri,
    includeActive: input.includeActive ?? false,
    clockMarginSeconds: input.clockMarginSeconds ?? DEFAULT_CLOCK_MARGIN_SECONDS,
    ...(until !== undefined && { until }),
    dryRun: input.dryRun ?? false,
    copyConcurrency: input.copyConcurrency ?? 8,
    chunkObjects: input.chunkObjects ?? 1_000,
  };
}
