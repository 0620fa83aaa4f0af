import { DestinationRefused, InvalidInput } from '../../core/errors/input-errors.ts';
import { mayMean, resolveSetting } from '../../core/hbase/attribute-setting.ts';
import type { SealedRecord } from '../../core/image-choice.ts';
import { restoreSnapshotNames, runOf } from '../../core/restore-names.ts';
import type { checkRestoreContract } from '../contracts/check-restore.contract.ts';
import { MOST_TABLES, parseRestoreInput } from '../contracts/restore-input.ts';
import { type RestoreRequest, restoreRequest } from '../contracts/restore-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { Executions } from '../ports/executions.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { checkLabels } from './check-labels.ts';
import { findImage } from './find-image.ts';
import { refuseIfOwnerIsGone } from './refuse-if-owner-is-gone.ts';
import { RequestFile } from './request-file.ts';
import { SealedImage } from './sealed-image.ts';
import { SnapshotFiles } from './snapshot-files.ts';

/**
 * @throws InvalidInput, RootNotConfigured, TargetNotConfigured, DestinationRefused, RepairRequired, ImageNotFound,
 *   ImageNotComplete, VisibilityLabelsDiffer; ImageDamaged of a table that a setting names
 */
export const checkRestore =
  (
    ports: {
      readonly objects: ObjectStore;
      readonly clusters: ClusterFiles;
      readonly table: SystemTable;
      readonly executions: Executions;
    },
    config: { readonly WORK_BUCKET: string; readonly ROOTS: readonly string[]; readonly TARGETS: readonly string[] },
  ) =>
  async ({
    execution,
    input,
  }: InputOf<typeof checkRestoreContract>): Promise<OutputOf<typeof checkRestoreContract>> => {
    const asked = parseRestoreInput(input, { roots: config.ROOTS, targets: config.TARGETS });
    const { root, target, tables, targets } = asked;
    await refuseIfOwnerIsGone(ports, root.uri);
    if ((await ports.objects.bucketRegion(target.bucket)) === undefined) {
      throw new DestinationRefused(`there is no bucket ${target.bucket}`, 'create it, or correct "target"', {
        bucket: target.bucket,
      });
    }

    const run = runOf('r', execution.arn);
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
      const labels = await checkLabels(ports, { root, image, target, ignoreLabels: asked.ignoreLabels });
      const settings = await resolveSettings(image, names);
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
        tables: names.map((table, i) => ({
          ...{ table, target: targets?.[i] ?? table, snapshot: snapshots[i] ?? '' },
          set: settings.flatMap(({ table: meant, ...setting }) => (meant === table ? [setting] : [])),
        })),
        ...{ stripCoprocessors: asked.stripCoprocessors, manifestLimitBytes: asked.manifestLimitBytes },
        ...(asked.storeFileTracker && { storeFileTracker: asked.storeFileTracker }),
        labels,
        ...{ overwrite: asked.overwrite, check: asked.check, dryRun: asked.dryRun, chunkObjects: asked.chunkObjects },
        ...{ executionArn: execution.arn, startedAt: Date.parse(execution.startTime) },
      };
    }

    /** Only the descriptors of tables that a setting may mean are read. */
    async function resolveSettings({ id, manifestSha256 }: SealedRecord, names: readonly string[]) {
      if (asked.set.length === 0) return [];
      const image = new SealedImage(ports.objects, root, id);
      const families = new Map<string, string[]>();
      for (const table of (await image.manifest(manifestSha256)).tables) {
        if (!names.includes(table.table) || !asked.set.some((text) => mayMean(text, table.table))) continue;
        const { schema } = new SnapshotFiles(table, await image.snapshot(table));
        families.set(
          table.table,
          schema.families.map(({ name }) => name),
        );
      }
      return asked.set.map((text, i) => resolveSetting(text, families, names, `set.${i}`));
    }
  };
