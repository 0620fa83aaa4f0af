import { ImageDamaged, TargetExists, VerificationFailed } from '../../core/errors/image-errors.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { isMarkerKey, tableDescriptorDirectory } from '../../core/hbase/layout.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import type { Manifest, ManifestTable } from '../../core/manifest.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { indexKey, workPrefix } from '../../core/stack-layout.ts';
import type { planRestoreContract } from '../contracts/plan-restore.contract.ts';
import { type RestoreRequest, restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins } from '../ports/pins.ts';
import type { StepRun } from '../ports/step-run.ts';
import { CHUNK_BYTES, ChunkWriter } from './chunk-writer.ts';
import { HeldFiles } from './held-files.ts';
import { holdPin } from './pin-lease.ts';
import { indexLines, type PlannedTable, PlannedTables } from './planned-tables.ts';
import { RequestFile } from './request-file.ts';
import { SealedImage } from './sealed-image.ts';
import { SnapshotFiles } from './snapshot-files.ts';

/** So many findings are named; the first is enough to refuse. */
const NAMED = 10;

interface Ports {
  readonly objects: ObjectStore;
  readonly pins: Pins;
  readonly clock: Clock;
}

/**
 * Verifies the whole chain and writes the chunks to place, before anything of the target is touched (I11): manifest by
 * the record's digest, lists and snapshots by the manifest's, each list against what its snapshot needs, and every file
 * against a listing of the image that holds it (size, ETag). `dryRun` leaves the listing out.
 * @throws PinExpired, ImageDamaged, VerificationFailed, TargetExists, OutOfTime (goes on with the next table)
 */
export const planRestore =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput, { stopAt }: StepRun): Promise<OutputOf<typeof planRestoreContract>> => {
    await holdPin(ports, { root, run });
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const image = new SealedImage(ports.objects, parseS3Uri(root, 'root'), request.image);
    const manifest = await image.manifest(request.manifestSha256);
    const work = workPrefix(root, run);
    const plan = new PlannedTables(ports.objects, config.WORK_BUCKET, work);
    const planned: PlannedTable[] = [];
    for (const [i, { table, target }] of request.tables.entries()) {
      const done = await plan.find(i);
      if (done === undefined && ports.clock.now() >= stopAt) throw outOfTime(i, request);
      const chunks = new ChunkWriter(
        ports.objects,
        { bucket: config.WORK_BUCKET, work, table: i },
        planned.reduce((sum, p) => sum + p.chunks.length, 0),
        { files: request.chunkObjects, bytes: CHUNK_BYTES },
      );
      planned.push(done ?? (await planTable(tableOf(manifest, table, image), target, chunks)));
      if (done === undefined) await plan.note(i, planned[i] as PlannedTable);
    }
    const all = planned.flatMap((p) => p.chunks);
    const key = indexKey(work, 'place');
    await ports.objects.put(config.WORK_BUCKET, key, indexLines(all));
    const sum = (of: (p: PlannedTable) => number) => planned.reduce((total, p) => total + of(p), 0);
    return {
      tables: planned.length,
      files: sum((p) => p.files),
      bytes: sum((p) => p.bytes),
      chunks: all.length,
      indexKey: key,
    };

    async function planTable(table: ManifestTable, target: string, chunks: ChunkWriter): Promise<PlannedTable> {
      const replaces = await isThere(ports.objects, parseS3Uri(request.target, 'target'), target);
      if (replaces && !request.overwrite) {
        throw new TargetExists(
          `the table ${target} is in ${request.target} already`,
          'give the restored table another name (-m), or replace it (--overwrite)',
          { target: request.target, table: target },
        );
      }
      const needed = new SnapshotFiles(table, await image.snapshot(table));
      const findings = new Findings();
      const held = new HeldFiles(ports.objects, image.root);
      for await (const entry of image.files(manifest, table)) {
        needed.expect(entry);
        if (!request.dryRun) findings.note(await held.wrongWith(entry));
        await chunks.add(writeFileEntry(entry), entry.size);
      }
      needed.end();
      findings.refuse(request.image);
      return { files: table.files, bytes: table.bytes, replaces, readBytes: 0, chunks: [...(await chunks.end())] };
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
      `${this.#count} files of ${image} are not as they were sealed: ${this.#named.join('; ')}`,
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

function outOfTime(table: number, request: RestoreRequest): OutOfTime {
  return new OutOfTime(`planned ${table} of ${request.tables.length} tables`, 'it goes on by itself', {});
}
