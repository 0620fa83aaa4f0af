import { canonicalJson } from '../../core/canonical-json.ts';
import { CheckDepths } from '../../core/check-depth.ts';
import type { ManifestTable } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { planVerifyContract } from '../contracts/plan-verify.contract.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { verifyRequest } from '../contracts/verify-request.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import { type PlannedTable, PlannedTables } from './planned-tables.ts';
import { type RunPorts, runEntry } from './run-entry.ts';
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
  (ports: RunPorts, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput, { stopAt }: StepRun): Promise<OutputOf<typeof planVerifyContract>> => {
    const request = await runEntry(ports, config, verifyRequest, { root, run });
    const image = new SealedImage(ports.objects, parseS3Uri(root, 'root'), request.image);
    const manifest = await image.manifest(request.manifestSha256);
    await image.checkPositions(manifest);
    const plan = new PlannedTables(ports.objects, config.WORK_BUCKET, workPrefix(root, run));
    return plan.planEach(
      manifest.tables,
      'verify',
      { files: request.chunkObjects, bytes: READ_BYTES },
      () => ports.clock.now() >= stopAt,
      planTable,
    );

    async function planTable(
      table: ManifestTable,
      chunks: ChunkWriter,
      before: readonly PlannedTable[],
    ): Promise<PlannedTable> {
      const readBefore = before.reduce((total, p) => total + p.readBytes, 0);
      const depths = new CheckDepths(request, manifest.bytes, readBefore);
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
