import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { backupPlaces, type ConfiguredPlaces } from './backup-places.ts';
import type { FullRequest } from './fields.ts';
import { parseInput } from './parse-input.ts';
import { wantedTables } from './wanted-tables.ts';

/** What a person types into the console, or the CLI and a schedule send (docs/design.md, "Inputs"). */
const typedSchema = z.strictObject({
  root: z.string(),
  source: z.string(),
  tables: z.array(z.string()).nonempty().optional(),
  all: z.literal(true).optional(),
  snapshots: z.record(z.string(), z.string()).optional(),
  standalone: z.boolean().optional(),
  wals: z.string().optional(),
  dryRun: z.boolean().optional(),
  copyConcurrency: z.number().int().min(1).max(10_000).optional(),
  chunkObjects: z.number().int().min(1).max(1_000).optional(),
  /** Of a schedule: which, and for what time. */
  schedule: z.strictObject({ arn: z.string(), time: z.string() }).optional(),
});

const EXAMPLE = '{"root":"s3://bucket/backups","tables":["shop:orders"],"source":"s3://bucket/hbase"}';

/**
 * Checks a request for a full backup against the configuration, before any side effect.
 * @throws InvalidInput, RootNotConfigured, SourceNotConfigured, DestinationRefused
 */
export function parseFullRequest(typed: unknown, configured: ConfiguredPlaces): FullRequest {
  const input = parseInput(typedSchema, typed, EXAMPLE);
  if (input.all === undefined && input.tables === undefined) {
    throw new InvalidInput('tables: name the tables, or set "all": true', `the input is like ${EXAMPLE}`, {
      field: 'tables',
    });
  }
  const { root, source, wals } = backupPlaces(input, configured);
  return {
    root: root.uri,
    source: source.uri,
    ...wantedTables(input),
    standalone: input.standalone ?? false,
    wals: wals.uri,
    dryRun: input.dryRun ?? false,
    copyConcurrency: input.copyConcurrency ?? 8,
    chunkObjects: input.chunkObjects ?? 1_000,
  };
}
