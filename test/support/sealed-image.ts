import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { sha256 } from '../../core/digest.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { readClusterId } from '../../core/hbase/cluster-id.ts';
import { storeFileCandidates } from '../../core/hbase/layout.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { readSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { formatTableName } from '../../core/hbase/table-name.ts';
import {
  dataKey,
  fileListName,
  imagePrefix,
  manifestKey,
  POSITIONS_NAME,
  snapshotName,
} from '../../core/image-layout.ts';
import { type ImageRecord, type ImageTableRecord, imageKey, imageTableKey, rootPartition } from '../../core/items.ts';
import { encodeManifest, type Manifest, type ManifestTable } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { toAttributes } from '../../lambdas/adapters/dynamodb/attribute-values.ts';
import { Bucket } from './bucket.ts';
import type { Fixture } from './fixture.ts';
import { TABLE_NAME, type World } from './world.ts';

export interface SealedForTest {
  readonly id: string;
  readonly manifest: Manifest;
  readonly lists: readonly (readonly FileEntry[])[];
}

/** Writes a COMPLETE image of snapshots of a fixture, files and records, as a full backup would leave it. */
export async function sealImage(
  world: World,
  image: {
    readonly root: string;
    readonly id: string;
    readonly fixture: Fixture;
    readonly snapshots: readonly string[];
    /** An image whose bytes are listed again instead of being there twice. */
    readonly sharing?: SealedForTest;
    /** Seals lists without these paths: an image that lacks what its snapshot needs. */
    readonly without?: readonly string[];
  },
): Promise<SealedForTest> {
  const root = parseS3Uri(image.root, 'root');
  const bucket = new Bucket(world, root.bucket);
  const of = (path: string) => image.fixture.get(`hbase/${path}`);
  const clusterId = readClusterId(of('hbase.id') ?? Buffer.alloc(0));
  const shared = new Map((image.sharing?.lists ?? []).flat().map((entry) => [entry.path, entry]));
  const tables: ManifestTable[] = [];
  const lists: FileEntry[][] = [];
  for (const [index, snapshot] of image.snapshots.entries()) {
    const info = of(`.hbase-snapshot/${snapshot}/.snapshotinfo`) ?? Buffer.alloc(0);
    const dataManifest = of(`.hbase-snapshot/${snapshot}/data.manifest`) ?? Buffer.alloc(0);
    const description = readSnapshotDescription(info);
    const entries: FileEntry[] = [];
    for (const file of resolveStoreFiles(new SnapshotManifest(dataManifest), description.table)) {
      if (image.without?.includes(file.path)) continue;
      const bytes = storeFileCandidates(file)
        .map(of)
        .find((found) => found !== undefined);
      if (bytes === undefined) throw new Error(`${file.path} is not in the fixture`);
      const known = shared.get(file.path);
      if (known) {
        entries.push(known);
        continue;
      }
      const { etag, checksum } = await bucket.put(dataKey(root, image.id, file.path), bytes);
      entries.push({
        path: file.path,
        size: file.size,
        holder: image.id,
        etag,
        checksum: { algorithm: 'CRC64NVME', value: checksum },
        source: { clusterId, area: 'data', etag },
      });
    }
    const lines = entries.map(writeFileEntry);
    const prefix = imagePrefix(root, image.id);
    await bucket.put(`${prefix}${fileListName(index)}`, compressLines(lines));
    await bucket.put(`${prefix}${snapshotName(index, '.snapshotinfo')}`, info);
    await bucket.put(`${prefix}${snapshotName(index, 'data.manifest')}`, dataManifest);
    const own = entries.filter((entry) => entry.holder === image.id);
    const bytes = (of: readonly FileEntry[]) => of.reduce((sum, { size }) => sum + size, 0);
    lists.push(entries);
    tables.push({
      table: formatTableName(description.table),
      index,
      snapshot,
      position: description.creationMs,
      snapshotType: description.type,
      files: entries.length,
      bytes: bytes(entries),
      newFiles: own.length,
      newBytes: bytes(own),
      listSha256: sha256(lines.map((line) => `${line}\n`).join('')),
      snapshotInfoSha256: sha256(info),
      dataManifestSha256: sha256(dataManifest),
    });
  }
  const positions = [canonicalJson({ tables: tables.map(({ table, position }) => ({ table, position })) })];
  await bucket.put(`${imagePrefix(root, image.id)}${POSITIONS_NAME}`, compressLines(positions));
  const total = (of: (table: ManifestTable) => number) => tables.reduce((sum, table) => sum + of(table), 0);
  const at = Number(image.id.slice('backup_'.length));
  const numbers = {
    files: total((t) => t.files),
    bytes: total((t) => t.bytes),
    newFiles: total((t) => t.newFiles),
    newBytes: total((t) => t.newBytes),
  };
  const holders = image.sharing ? [image.sharing.id] : [];
  const manifest: Manifest = {
    ...{ format: 1, kind: 'IMAGE', id: image.id, root: root.uri, type: 'FULL', epoch: 1, executionArn: 'arn:x' },
    ...{ source: 's3://source/hbase', clusterId, startedAt: at, sealedAt: at, ...numbers, holders, parents: [] },
    positionsSha256: sha256(positions.map((line) => `${line}\n`).join('')),
    tables,
  };
  const sealed = encodeManifest(manifest);
  await bucket.put(manifestKey(root, image.id), sealed.bytes);
  const record: ImageRecord = {
    ...{ id: image.id, state: 'COMPLETE', type: 'FULL', epoch: 1, executionArn: 'arn:x', source: manifest.source },
    ...{ startedAt: at, completedAt: at, manifestSha256: sealed.sha256, ...numbers, tables: tables.length },
    ...{ holders, parents: [], positionFrom: at, positionTo: at },
  };
  await putItem(world, rootPartition(root.uri), imageKey(image.id), record);
  for (const table of tables) {
    const { table: name, index, snapshot, position, files, bytes, newFiles, newBytes } = table;
    const row: ImageTableRecord = {
      ...{ id: image.id, table: name, index, snapshot, position, files, bytes, newFiles, newBytes },
    };
    await putItem(world, rootPartition(root.uri), imageTableKey(image.id, name), row);
  }
  return { id: image.id, manifest, lists };
}

/** An item of the system table, put without any of its rules. */
export async function putItem(world: World, pk: string, sk: string, item: object): Promise<void> {
  await world.clients.dynamodb.send(
    new PutItemCommand({ TableName: TABLE_NAME, Item: toAttributes({ ...item, pk, sk }) }),
  );
}
