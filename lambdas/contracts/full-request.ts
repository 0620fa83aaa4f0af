import { z } from 'zod';
import {
  DestinationRefused,
  InvalidInput,
  RootNotConfigured,
  SourceNotConfigured,
} from '../../core/errors/input-errors.ts';
import { formatTableName, InvalidTableName, parseTableName } from '../../core/hbase/table-name.ts';
import { isWithin, overlaps, parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { FullRequest } from './fields.ts';
import { firstIssue } from './first-issue.ts';

/** What a person types into the console, or the CLI and a schedule send (docs/design.md, "Inputs"). */
const typedSchema = z.strictObject({
  root: z.string(),
  source: z.string(),
  tables: z.array(z.string()).nonempty().optional(),
  all: z.literal(true).optional(),
  snapshots: z.record(z.string(), z.string()).optional(),
  standalone: z.boolean().optional(),
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
export function parseFullRequest(
  typed: unknown,
  configured: { roots: readonly string[]; sources: readonly string[] },
): FullRequest {
  const parsed = typedSchema.safeParse(typed);
  if (!parsed.success) {
    const { field, message } = firstIssue(parsed.error);
    throw new InvalidInput(`${field}: ${message}`, `the input is like ${EXAMPLE}`, { field });
  }
  const input = parsed.data;
  if (input.all === undefined && input.tables === undefined) {
    throw new InvalidInput('tables: name the tables, or set "all": true', `the input is like ${EXAMPLE}`, {
      field: 'tables',
    });
  }
  if (input.all && input.tables) {
    throw new InvalidInput('all: cannot be given together with tables', 'leave one of them out', { field: 'all' });
  }
  const root = configuredRoot(input.root, configured.roots);
  const source = parseS3Uri(input.source, 'source');
  if (!configured.sources.includes(source.uri)) {
    throw new SourceNotConfigured(
      `${source.uri} is not among the configured sources, so the functions may not read it`,
      `add "${source.uri}" to "sources" in holdfast.config.json and deploy; configured: ${configured.sources.join(', ') || 'none'}`,
      { field: 'source', source: source.uri },
    );
  }
  if (overlaps(root, source)) {
    const how =
      root.uri === source.uri
        ? 'is the source itself'
        : isWithin(root, source)
          ? 'lies in the HBase root'
          : 'holds the HBase root';
    throw new DestinationRefused(`the backup root ${root.uri} ${how} ${source.uri}`, 'choose a backup root beside it', {
      root: root.uri,
    });
  }
  const canonical = (name: string, field: string) => {
    try {
      return formatTableName(parseTableName(name));
    } catch (error) {
      if (!(error instanceof InvalidTableName)) throw error;
      throw new InvalidInput(`${field}: ${error.message}`, error.hint, { field });
    }
  };
  const tables = input.tables?.map((name, i) => canonical(name, `tables.${i}`)).sort() ?? null;
  const twice = tables?.find((name, i) => name === tables[i - 1]);
  if (twice !== undefined)
    throw new InvalidInput(`tables: ${twice} is named twice`, 'name it once', { field: 'tables' });
  const snapshots = Object.fromEntries(
    Object.entries(input.snapshots ?? {}).map(([t, s]) => [canonical(t, 'snapshots'), s]),
  );
  const stray = Object.keys(snapshots).find((table) => tables !== null && !tables.includes(table));
  if (stray !== undefined) {
    throw new InvalidInput(`snapshots: ${stray} is not among the tables`, 'name the table in tables too', {
      field: 'snapshots',
    });
  }
  return {
    root: root.uri,
    source: source.uri,
    tables,
    snapshots,
    standalone: input.standalone ?? false,
    dryRun: input.dryRun ?? false,
    copyConcurrency: input.copyConcurrency ?? 8,
    chunkObjects: input.chunkObjects ?? 1_000,
  };
}

/** @throws InvalidInput, RootNotConfigured with the lines to add */
export function configuredRoot(text: string, roots: readonly string[]): S3Uri {
  const root = parseS3Uri(text, 'root');
  if (!roots.includes(root.uri)) {
    throw new RootNotConfigured(
      `${root.uri} is not among the configured backup roots, so the functions have no rights on it`,
      `add "${root.uri}" to "roots" in holdfast.config.json and deploy; configured: ${roots.join(', ') || 'none'}`,
      { field: 'root', root: root.uri },
    );
  }
  return root;
}
