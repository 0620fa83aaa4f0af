import { canonicalJson } from '../../core/canonical-json.ts';
import { CheckDepths } from '../../core/check-depth.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import type { ManifestTable } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { indexKey, workPrefix } from '../../core/stack-layout.ts';
import type { planVerifyContract } from '../contracts/plan-verify.contract.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { verifyRequest } from '../contracts/verify-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins } from '../ports/pins.ts';
import type { StepRun } from '../ports/step-run.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { holdPin } from './pin-lease.ts';
import { indexLines, type PlannedTable, PlannedTables } from './planned-tables.ts';
import { RequestFile } from './request-file.ts';
import { SealedImage } from './sealed-image.ts';
import { SnapshotFiles } from './snapshot-files.ts';

/** What one child reads at most, a single larger file apart. */
const READ_BYTES = 2 * 1024 ** 3;

/**
 * Checks what an image is made of besides its files: the manifest by the record's digest; lists, snapshots and positions
 * by the manifest's; each list against what its snapshot needs. Then writes the ranges of files for the children.
 * @throws PinExpired, ImageDamaged, OutOfTime (goes on with the next table)
 */
export const planVerify =
  (
    ports: { readonly objects: ObjectStore; readonly pins: Pins; readonly clock: Clock },
    config: { readonly WORK_BUCKET: string },
  ) =>
  async ({ root, run }: RunInput, { stopAt }: StepRun): Promise<OutputOf<typeof planVerifyContract>> => {
    await holdPin(ports, { root, run });
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, verifyRequest).read(root, run);
    const image = new SealedImage(ports.objects, parseS3Uri(root, 'root'), request.image);
    const manifest = await image.manifest(request.manifestSha256);
    await image.checkPositions(manifest);
    const work = workPrefix(root, run);
    const plan = new PlannedTables(ports.objects, config.WORK_BUCKET, work);
    const planned: PlannedTable[] = [];
    for (const [i, table] of manifest.tables.entries()) {
      const done = await plan.find(i);
      if (done === undefined && ports.clock.now() >= stopAt) {
        throw new OutOfTime(`looked at ${i} of ${manifest.tables.length} tables`, 'it goes on by itself');
      }
      planned.push(done ?? (await planTable(i, table)));
      if (done === undefined) await plan.note(i, planned[i] as PlannedTable);
    }
    const all = planned.flatMap((p) => p.chunks);
    const key = indexKey(work, 'verify');
    await ports.objects.put(config.WORK_BUCKET, key, indexLines(all));
    const sum = (of: (p: PlannedTable) => number) => planned.reduce((total, p) => total + of(p), 0);
    return {
      tables: planned.length,
      files: sum((p) => p.files),
      bytes: sum((p) => p.bytes),
      chunks: all.length,
      indexKey: key,
    };

    async function planTable(index: number, table: ManifestTable): Promise<PlannedTable> {
      const readBefore = planned.reduce((total, p) => total + p.readBytes, 0);
      const depths = new CheckDepths(request, manifest.bytes, readBefore);
      const chunks = new ChunkWriter(
        ports.objects,
        { bucket: config.WORK_BUCKET, work, table: index },
        planned.reduce((total, p) => total + p.chunks.length, 0),
        { files: request.chunkObjects, bytes: READ_BYTES },
      );
      const needed = new SnapshotFiles(table, await image.snapshot(table));
      let readBytes = 0;
      for await (const entry of image.files(manifest, table)) {
        needed.expect(entry);
        const depth = depths.of(entry);
        const read = depth === 'read' ? entry.size : 0;
        readBytes += read;
        await chunks.add(canonicalJson({ depth, entry }), read);
      }
      needed.end();
      const written = [...(await chunks.end())];
      return { files: table.files, bytes: table.bytes, replaces: false, readBytes, chunks: written };
    }
  };
