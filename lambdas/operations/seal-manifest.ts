import { canonicalJson } from '../../core/canonical-json.ts';
import { ImageConflict, VerificationFailed } from '../../core/errors/image-errors.ts';
import type { CopiedFile, FileEntry, PlannedFile } from '../../core/file-entry.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { fileListName, imagePrefix, manifestKey, POSITIONS_NAME, STORE_FILES_NAME } from '../../core/image-layout.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import {
  decodeManifest,
  encodeManifest,
  expectImage,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type ManifestTable,
} from '../../core/manifest.ts';
import { entryOf } from '../../core/plan/planned-line.ts';
import type { PositionLine } from '../../core/position-line.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { plannedStoreFilesKey, workPrefix } from '../../core/stack-layout.ts';
import type { sealManifestContract } from '../contracts/seal-manifest.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { type BackupPlan, type PlannedBackupTable, readBackupPlan } from './backup-plan.ts';
import { readChunkLines } from './chunk-lines.ts';
import { CopyResults } from './copy-results.ts';
import { positionsOf, typeOf } from './planned-image.ts';
import { stepEntry } from './step-entry.ts';
import { readTablePlan } from './write-plan-pieces.ts';

type Ports = { readonly objects: ObjectStore; readonly table: SystemTable };

/**
 * {@link sealManifestContract}. Lists, positions, then the manifest, each written once; all of it follows from plan and
 * results, so that a second run writes the same bytes and meets its own objects (I10).
 * @throws Fenced; ManifestVoided; ImageConflict; VerificationFailed if plan and results disagree
 */
export const sealManifest =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (input: InputOf<typeof sealManifestContract>): Promise<OutputOf<typeof sealManifestContract>> => {
    await stepEntry(ports.table, input);
    const { objects } = ports;
    const root = parseS3Uri(input.root, 'root');
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(input.root, input.sessionId) };
    const plan = await readBackupPlan(objects, place.bucket, place.work);
    const results = new CopyResults(objects, place, plan.chunkFirsts);
    const tables: ManifestTable[] = [];
    for (const table of plan.tables) {
      const files = readTablePlan(objects, place, table);
      tables.push(await writeList(objects, root, plan, table, files, results));
    }
    const positionsSha256 = await writePositions(objects, root, plan);
    await copyStoreFiles(objects, root, plan, place);
    const { bytes, sha256 } = encodeManifest(manifestOf(plan, tables, positionsSha256));
    await putManifest(objects, root, plan.sessionId, bytes, sha256);
    const { files, bytes: size, newFiles, newBytes, holders } = plan;
    return { manifestSha256: sha256, files, bytes: size, newFiles, newBytes, holders, ...positionsOf(plan.tables) };
  };

async function writeList(
  objects: ObjectStore,
  root: S3Uri,
  plan: BackupPlan,
  table: PlannedBackupTable,
  files: AsyncIterable<PlannedFile>,
  results: CopyResults,
): Promise<ManifestTable> {
  const lines = new LineCompressor();
  let bytes = 0;
  for await (const file of files) {
    bytes += file.size;
    const entry = file.action === 'share' ? entryOf(file) : copiedEntry(plan, await results.find(file));
    const behind = lines.add(writeFileEntry(entry));
    if (behind) await behind;
  }
  if (lines.lines !== table.files || bytes !== table.bytes) {
    throw new VerificationFailed(
      `the plan of ${table.table} has ${lines.lines} files of ${bytes} bytes; its header says ${table.files} of ${table.bytes}`,
      'start the backup again',
      { table: table.table },
    );
  }
  const list = await lines.end();
  await putOnce(objects, root, `${imagePrefix(root, plan.sessionId)}${fileListName(table.index)}`, list.bytes);
  const { planSha256: _plan, base: _base, wals: _wals, walsNote: _note, clockMarginMs: _margin, ...rest } = table;
  return { ...rest, listSha256: list.sha256 };
}

function copiedEntry(plan: BackupPlan, file: CopiedFile): FileEntry {
  const { path, size, etag, checksum, area, sourceEtag } = file;
  const source = { clusterId: plan.clusterId, area, etag: sourceEtag };
  return { path, size, holder: plan.sessionId, etag, checksum, source };
}

/** One line a table: what is restorable up to where, and where the logs go on. The position of a table of a snapshot is the snapshot's creation. */
async function writePositions(objects: ObjectStore, root: S3Uri, plan: BackupPlan): Promise<string> {
  const lines = new LineCompressor();
  for (const { table, position, snapshot, kind, wals, walsNote, clockMarginMs } of plan.tables) {
    const line: PositionLine = {
      ...{ kind, position, snapshot, table, wals },
      ...(walsNote !== undefined && { walsNote }),
      ...(clockMarginMs !== undefined && { clockMarginMs }),
    };
    await lines.add(canonicalJson(line as object));
  }
  const { bytes, sha256 } = await lines.end();
  await putOnce(objects, root, `${imagePrefix(root, plan.sessionId)}${POSITIONS_NAME}`, bytes);
  return sha256;
}

/** What the logs told of the source's store files: the next increment goes on from it. */
async function copyStoreFiles(
  objects: ObjectStore,
  root: S3Uri,
  { sessionId, storeFilesSha256 }: BackupPlan,
  { bucket, work }: { readonly bucket: string; readonly work: string },
): Promise<void> {
  if (storeFilesSha256 === null) return;
  const lines = new LineCompressor();
  for (const line of await readChunkLines(objects, bucket, plannedStoreFilesKey(work))) {
    const behind = lines.add(line);
    if (behind) await behind;
  }
  const { bytes, sha256 } = await lines.end();
  if (sha256 !== storeFilesSha256) {
    throw new VerificationFailed(
      `s3://${bucket}/${plannedStoreFilesKey(work)} is not what was planned with`,
      'start the backup again',
      { key: plannedStoreFilesKey(work) },
    );
  }
  await putOnce(objects, root, `${imagePrefix(root, sessionId)}${STORE_FILES_NAME}`, bytes);
}

async function putOnce(objects: ObjectStore, root: S3Uri, key: string, bytes: Uint8Array): Promise<void> {
  const { decision } = await objects.putOnce(root.bucket, key, bytes);
  if (decision === 'EXISTS') throw conflict(root, key);
}

const conflict = (root: S3Uri, key: string) =>
  new ImageConflict(
    `s3://${root.bucket}/${key} is there already with other bytes`,
    'find out who else writes below the backup root, then start the backup again',
    { key },
  );

function manifestOf(plan: BackupPlan, tables: ManifestTable[], positionsSha256: string): Manifest {
  const { files, bytes, newFiles, newBytes, holders, parents, clusterId, source, startedAt, epoch, executionArn } =
    plan;
  return {
    ...{ format: 2, kind: 'IMAGE', id: plan.sessionId, root: plan.root, type: typeOf(plan), epoch, executionArn },
    ...{ source, clusterId, startedAt },
    // Not the clock: a second run must seal the same bytes.
    sealedAt: plan.plannedAt,
    ...{ files, bytes, newFiles, newBytes, holders, parents, positionsSha256, tables },
    ...(plan.storeFilesSha256 !== null && { storeFilesSha256: plan.storeFilesSha256 }),
    clusterSha256: plan.clusterSha256,
  };
}

/** The seal (I1): If-None-Match. A VOID marker there means that the session was undone. */
async function putManifest(
  objects: ObjectStore,
  root: S3Uri,
  id: string,
  bytes: Uint8Array,
  digest: string,
): Promise<void> {
  const key = manifestKey(root, id);
  const { decision } = await objects.putOnce(root.bucket, key, bytes);
  if (decision === 'CREATED') return;
  const where = `s3://${root.bucket}/${key}`;
  const there = await objects.get(root.bucket, key, MAX_MANIFEST_BYTES);
  if (there === undefined) throw conflict(root, key);
  const { sha256 } = expectImage(decodeManifest(there.bytes, where), where);
  if (sha256 !== digest) throw conflict(root, key);
}
