import { z } from 'zod';
import { DestinationRefused, InvalidInput, TargetNotConfigured } from '../../core/errors/input-errors.ts';
import { formatTableName, parseTableName } from '../../core/hbase/table-name.ts';
import { restoreSnapshotNames, runId } from '../../core/restore-names.ts';
import { overlaps, parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { checkRestoreContract } from '../contracts/check-restore.contract.ts';
import { configuredRoot } from '../contracts/full-request.ts';
import { type RestoreRequest, restoreRequest } from '../contracts/restore-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Executions } from '../ports/executions.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { findImage } from './find-image.ts';
import { parseInput } from './parse-input.ts';
import { refuseIfOwnerIsGone } from './refuse-if-owner-is-gone.ts';
import { RequestFile } from './request-file.ts';

/** Steps go through the tables one by one, within the life of a Lambda. */
const MOST_TABLES = 500;

/** The input of `restore` as a person types it. */
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
  /** Plan and verify, touch nothing. */
  check: z.boolean().default(false),
  /** Plan only. */
  dryRun: z.boolean().default(false),
  /** Children of the place map at once. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** Files a child. */
  chunkObjects: z.number().int().min(1).max(1_000).default(1_000),
});

const EXAMPLE = '{"root":"s3://bucket/backups","image":"latest","tables":["shop:orders"],"target":"s3://bucket/hbase"}';

/** @throws InvalidInput, RootNotConfigured, TargetNotConfigured, DestinationRefused, RepairRequired, ImageNotFound, ImageNotComplete */
export const checkRestore =
  (
    ports: { readonly objects: ObjectStore; readonly table: SystemTable; readonly executions: Executions },
    config: { readonly WORK_BUCKET: string; readonly ROOTS: readonly string[]; readonly TARGETS: readonly string[] },
  ) =>
  async ({
    execution,
    input,
  }: InputOf<typeof checkRestoreContract>): Promise<OutputOf<typeof checkRestoreContract>> => {
    const asked = parseInput(typed, input, EXAMPLE);
    const root = configuredRoot(asked.root, config.ROOTS);
    const target = configuredTarget(asked.target, config.TARGETS);
    const { tables, targets } = tableNames(asked.tables, asked.mapping);
    if (overlaps(root, target)) {
      throw new DestinationRefused(
        `target: ${target.uri} and the backup root ${root.uri} overlap`,
        'give another target',
      );
    }
    await refuseIfOwnerIsGone(ports, root.uri);
    if ((await ports.objects.bucketRegion(target.bucket)) === undefined) {
      throw new DestinationRefused(`there is no bucket ${target.bucket}`, 'create it, or correct "target"', {
        bucket: target.bucket,
      });
    }

    const run = runId('r', execution.arn);
    const file = new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest);
    const { image, check, dryRun } = await file.settle(root.uri, run, await settleImage());
    const readOnly = check || dryRun;
    return { root: root.uri, run, image, target: target.uri, readOnly, concurrency: asked.concurrency };

    async function settleImage(): Promise<RestoreRequest> {
      const { image, tables: rows } = await findImage(ports.table, root.uri, asked.image, tables);
      const names = tables ?? rows.map((row) => row.table);
      if (names.length > MOST_TABLES) {
        throw new InvalidInput(
          `tables: ${image.id} has ${names.length} tables; one restore takes ${MOST_TABLES}`,
          'name the tables, and restore in several runs',
          { field: 'tables' },
        );
      }
      const snapshots = restoreSnapshotNames(image.id, names, run);
      return {
        ...{
          format: 1,
          run,
          root: root.uri,
          image: image.id,
          manifestSha256: image.manifestSha256,
          target: target.uri,
        },
        tables: names.map((table, i) => ({ table, target: targets?.[i] ?? table, snapshot: snapshots[i] ?? '' })),
        ...{ overwrite: asked.overwrite, check: asked.check, dryRun: asked.dryRun, chunkObjects: asked.chunkObjects },
        ...{ executionArn: execution.arn, startedAt: Date.parse(execution.startTime) },
      };
    }
  };

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

/** Canonical names; `targets` in the order of `tables`. @throws InvalidInput */
function tableNames(
  tables: readonly string[] | undefined,
  mapping: readonly string[] | undefined,
): { readonly tables: readonly string[] | undefined; readonly targets: readonly string[] | undefined } {
  const refuse = (field: string, why: string) =>
    new InvalidInput(`${field}: ${why}`, `for example ${EXAMPLE}`, { field });
  const canonical = (field: string, names: readonly string[] | undefined) =>
    names?.map((name, i) => {
      try {
        return formatTableName(parseTableName(name));
      } catch (error) {
        throw refuse(`${field}.${i}`, (error as Error).message);
      }
    });
  const [from, to] = [canonical('tables', tables), canonical('mapping', mapping)];
  for (const [field, names] of [
    ['tables', from],
    ['mapping', to],
  ] as const) {
    const twice = names?.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw refuse(field, `${twice} stands there twice`);
  }
  if (to !== undefined && to.length !== from?.length) {
    throw refuse('mapping', `${to.length} names for ${from?.length ?? 'no'} tables: give one for each of "tables"`);
  }
  return { tables: from, targets: to };
}
