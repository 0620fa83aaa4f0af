import { z } from 'zod';
import { DestinationRefused, InvalidInput, TargetNotConfigured } from '../../core/errors/input-errors.ts';
import { checkSettingForm } from '../../core/hbase/attribute-setting.ts';
import { LARGEST_MANIFEST_LIMIT_BYTES, MANIFEST_LIMIT_BYTES } from '../../core/hbase/manifest-limit.ts';
import { TRACKERS, type Tracker } from '../../core/hbase/store-file-tracker.ts';
import { overlaps, parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { configuredRoot } from './configured-root.ts';
import { parseInput } from './parse-input.ts';
import { parseTableNames } from './parse-table-names.ts';

/** Steps go through the tables one by one, within the life of a Lambda. */
export const MOST_TABLES = 500;

const MOST_SETTINGS = 200;

/** The input of `restore` as a person types it, and the CLI sends it (docs/design.md, "Inputs"). */
const typed = z.strictObject({
  root: z.string(),
  /** `latest`, an id, or a prefix of one. */
  image: z.string().min(1).max(64),
  /** Absent: every table of the image. */
  tables: z.array(z.string()).min(1).max(MOST_TABLES).optional(),
  /** HBase root directory to place the snapshots in. */
  target: z.string(),
  /** Names for the restored tables, in the order of `tables`; only the finishing command uses them. */
  mapping: z.array(z.string()).optional(),
  /** The target tables may exist: the finishing command replaces them. */
  overwrite: z.boolean().default(false),
  /** Visibility labels are not compared with those of the target. */
  ignoreLabels: z.boolean().default(false),
  /** Plan and verify, touch nothing. */
  check: z.boolean().default(false),
  /** Plan only. */
  dryRun: z.boolean().default(false),
  /** Children of the place map at once. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** Files a child. */
  chunkObjects: z.number().int().min(1).max(1_000).default(1_000),
  /** `TABLE.ATTRIBUTE=VALUE` or `TABLE:FAMILY.ATTRIBUTE=VALUE`, of the tables as the image names them. */
  set: z.array(z.string().max(4_096)).max(MOST_SETTINGS).default([]),
  /** Restored tables have no coprocessors. */
  stripCoprocessors: z.boolean().default(false),
  /** Absent: that of the target, as far as it shows. */
  storeFileTracker: z.enum(TRACKERS).optional(),
  /** `snapshot.manifest.size.limit` of the target's HBase. */
  manifestLimitBytes: z.number().int().min(1).max(LARGEST_MANIFEST_LIMIT_BYTES).default(MANIFEST_LIMIT_BYTES),
});

const EXAMPLE = '{"root":"s3://bucket/backups","image":"latest","tables":["shop:orders"],"target":"s3://bucket/hbase"}';

/** A checked input: places are configured ones, names are canonical. */
export interface RestoreInput {
  readonly root: S3Uri;
  readonly image: string;
  readonly target: S3Uri;
  readonly tables: readonly string[] | undefined;
  /** Names of the restored tables, in the order of `tables`. */
  readonly targets: readonly string[] | undefined;
  readonly overwrite: boolean;
  readonly ignoreLabels: boolean;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly concurrency: number;
  readonly chunkObjects: number;
  readonly set: readonly string[];
  readonly stripCoprocessors: boolean;
  readonly storeFileTracker?: Tracker | undefined;
  readonly manifestLimitBytes: number;
}

/**
 * Checks what is asked of a restore against the configuration, before any side effect.
 * @throws InvalidInput, RootNotConfigured, TargetNotConfigured, DestinationRefused
 */
export function parseRestoreInput(
  input: unknown,
  configured: { readonly roots: readonly string[]; readonly targets: readonly string[] },
): RestoreInput {
  const { mapping, ...asked } = parseInput(typed, input, EXAMPLE);
  const root = configuredRoot(asked.root, configured.roots);
  const target = configuredTarget(asked.target, configured.targets);
  const tables = asked.tables && parseTableNames('tables', asked.tables, EXAMPLE);
  for (const [i, text] of asked.set.entries()) checkSettingForm(text, `set.${i}`);
  const targets = mapping && parseTableNames('mapping', mapping, EXAMPLE);
  if (targets !== undefined && targets.length !== tables?.length) {
    throw new InvalidInput(
      `mapping: ${targets.length} names for ${tables?.length ?? 'no'} tables: give one for each of "tables"`,
      `for example ${EXAMPLE}`,
      { field: 'mapping' },
    );
  }
  if (overlaps(root, target)) {
    throw new DestinationRefused(
      `target: ${target.uri} and the backup root ${root.uri} overlap`,
      'give another target',
    );
  }
  return { ...asked, root, target, tables, targets };
}

/** @throws InvalidInput, TargetNotConfigured with the lines to add */
function configuredTarget(text: string, targets: readonly string[]): S3Uri {
  const target = parseS3Uri(text, 'target');
  if (targets.includes(target.uri)) return target;
  throw new TargetNotConfigured(
    `${target.uri} is not among the configured restore targets, so the functions have no rights on it`,
    `add "${target.uri}" to "targets" in holdfast.config.json and deploy; configured: ${targets.join(', ') || 'none'}`,
    { field: 'target', target: target.uri },
  );
}
