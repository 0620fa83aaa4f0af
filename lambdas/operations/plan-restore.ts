import { ImageDamaged, TargetExists, VerificationFailed } from '../../core/errors/image-errors.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { isMarkerKey, tableDescriptorDirectory } from '../../core/hbase/layout.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import type { Manifest, ManifestTable } from '../../core/manifest.ts';
import { CHUNK_BYTES } from '../../core/plan/cut-plan.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { planRestoreContract } from '../contracts/plan-restore.contract.ts';
import { type RestoreRequest, restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SourceTables } from '../ports/source-tables.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import { HeldFiles } from './held-files.ts';
import { plannedDescriptor } from './planned-descriptor.ts';
import { type PlannedTable, PlannedTables } from './planned-tables.ts';
import { type RunPorts, runEntry } from './run-entry.ts';
import { SealedImage } from './sealed-image.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import { TargetHBase } from './target-hbase.ts';

/** So many findings are named; the first is enough to refuse. */
const NAMED = 10;

/**
 * Verifies the whole chain and writes the chunks to place, before anything of the target is touched (I11): manifest by
 * the record's digest, lists and snapshots by the manifest's, each list against what its snapshot needs, and every file
 * against a listing of the image that holds it (size, ETag). `dryRun` leaves the listing out.
 * @throws PinExpired, ImageDamaged, VerificationFailed, TargetExists, SnapshotManifestTooLarge, OutOfTime (goes on with the next table)
 */
export const planRestore =
  (ports: RunPorts & { readonly tables: SourceTables }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput, { stopAt }: StepRun): Promise<OutputOf<typeof planRestoreContract>> => {
    const request = await runEntry(ports, config, restoreRequest, { root, run });
    const image = new SealedImage(ports.objects, parseS3Uri(root, 'root'), request.image);
    const manifest = await image.manifest(request.manifestSha256);
    const target = parseS3Uri(request.target, 'target');
    const hbase = new TargetHBase(ports, target);
    const plan = new PlannedTables(ports.objects, config.WORK_BUCKET, workPrefix(root, run));
    return plan.planEach(
      request.tables,
      'place',
      { files: request.chunkObjects, bytes: CHUNK_BYTES },
      () => ports.clock.now() >= stopAt,
      (asked, chunks) => planTable(tableOf(manifest, asked.table, image), asked, chunks),
    );

    async function planTable(
      table: ManifestTable,
      asked: RestoreRequest['tables'][number],
      chunks: ChunkWriter,
    ): Promise<PlannedTable> {
      const replaces = await isThere(ports.objects, target, asked.target);
      if (replaces && !request.overwrite) {
        throw new TargetExists(
          `the table ${asked.target} is in ${request.target} already`,
          'give the restored table another name (-m), or replace it (--overwrite)',
          { target: request.target, table: asked.target },
        );
      }
      const files = await image.snapshot(table);
      const needed = new SnapshotFiles(table, files);
      const { schema, regions } = needed;
      const inImage = { table, manifest: files.manifest, schema, regions, replaces };
      const restore = await plannedDescriptor(request, asked, inImage, hbase, ports.clock.now());
      const findings = new Findings();
      const held = new HeldFiles(ports.objects, image.root);
      for await (const entry of image.files(manifest, table)) {
        needed.expect(entry);
        if (!request.dryRun) findings.note(await held.wrongWith(entry));
        await chunks.add(writeFileEntry(entry), entry.size);
      }
      await held.close();
      needed.end();
      findings.refuse(request.image);
      return {
        files: table.files,
        bytes: table.bytes,
        replaces,
        readBytes: 0,
        restore,
        chunks: [...(await chunks.end())],
      };
    }
  };

class Findings {
  readonly #named: string[] = [];
  #count = 0;

  note(finding: string | undefined): void {
    if (finding === undefined) return;
    if (this.#count++ < NAMED) this.#named.push(finding);
  }

  refuse(image: string): void {
    if (this.#count === 0) return;
    throw new VerificationFailed(
      `${image} has files that are not as they were sealed (${this.#count}): ${this.#named.join('; ')}`,
      'nothing was restored; restore an older image: holdfast history shows them',
      { image, findings: this.#named },
    );
  }
}

/** Does the target have a table of that name? Its descriptor decides; markers of S3 file systems do not. */
async function isThere(objects: ObjectStore, target: S3Uri, table: string): Promise<boolean> {
  const directory = `${target.prefix}/${tableDescriptorDirectory(parseTableName(table))}`;
  for await (const { key } of objects.list(target.bucket, directory)) if (!isMarkerKey(key)) return true;
  return false;
}

function tableOf(manifest: Manifest, name: string, image: SealedImage): ManifestTable {
  const table = manifest.tables.find((one) => one.table === name);
  if (table !== undefined) return table;
  throw new ImageDamaged(
    `the manifest of ${image.id} has no table ${name}, its records do`,
    'restore an older image; holdfast history shows them',
    { image: image.id, table: name },
  );
}
