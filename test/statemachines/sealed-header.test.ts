import { beforeAll, describe, expect, it } from 'vitest';
import { readCompressedLines } from '../../core/compressed-lines.ts';
import { sha256 } from '../../core/digest.ts';
import { ImageDamaged } from '../../core/errors/image-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { writeFileEntry } from '../../core/file-entry-line.ts';
import { imagePrefix, manifestKey, POSITIONS_NAME, snapshotName } from '../../core/image-layout.ts';
import { type ImageRecord, type ImageTableRecord, imageKey, imageTableKey, rootPartition } from '../../core/items.ts';
import { decodeManifest, expectImage, type Manifest } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { SealedImage } from '../../lambdas/operations/sealed-image.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';

const root = parseS3Uri(ROOT, 'root');

/** The records of an image, from its sealed header alone. */
function recordsOf(manifest: Manifest, manifestSha256: string) {
  const { id, type, epoch, executionArn, source, startedAt, files, bytes, newFiles, newBytes, holders } = manifest;
  const positions = manifest.tables.map(({ position }) => position);
  const image: ImageRecord = {
    ...{ id, type, epoch, executionArn, source, startedAt, files, bytes, newFiles, newBytes, holders, manifestSha256 },
    state: 'COMPLETE',
    tables: manifest.tables.length,
    parents: manifest.parents.map((parent) => parent.id),
    ...{ positionFrom: Math.min(...positions), positionTo: Math.max(...positions) },
  };
  const rows = manifest.tables.map((row): ImageTableRecord => {
    const { snapshotType: _, listSha256: _l, snapshotInfoSha256: _i, dataManifestSha256: _d, ...record } = row;
    return { id, ...record };
  });
  return [
    { pk: rootPartition(ROOT), sk: imageKey(id), ...image },
    ...rows.map((row) => ({ pk: rootPartition(ROOT), sk: imageTableKey(id, row.table), ...row })),
  ];
}

describe('the sealed header of an image', () => {
  let cloud: HoldfastCloud;
  const images: BackupSummary[] = [];

  const bytesOf = async (key: string) => Buffer.from((await cloud.objects.get('backups', key, 1 << 26))?.bytes ?? '');

  beforeAll(async () => {
    cloud = await holdfastCloud({ fixture: 'shop' });
    for (const standalone of [false, false, true]) {
      const input = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'], standalone };
      const { status, output } = await cloud.run('FullBackupStateMachine', input);
      expect(status).toBe('SUCCEEDED');
      images.push(output as BackupSummary);
    }
  });

  it('is refused with any of its bytes changed', async () => {
    const sealed = await bytesOf(manifestKey(root, images[1]?.id ?? ''));
    expect(expectImage(decodeManifest(sealed, 'it'), 'it').sha256).toBe(images[1]?.manifestSha256);
    for (let at = 0; at < sealed.length; at++) {
      const damaged = Buffer.from(sealed);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 7));
      expect(() => decodeManifest(damaged, 'it'), `byte ${at}`).toThrow(ImageDamaged);
    }
    for (const length of [0, 1, sealed.length >> 1, sealed.length - 2]) {
      expect(() => decodeManifest(sealed.subarray(0, length), 'it')).toThrow(ImageDamaged);
    }
  });

  it('is refused by restore and verify with one byte changed, before the target is touched', async () => {
    const key = manifestKey(root, images[2]?.id ?? '');
    const sealed = await bytesOf(key);
    const damaged = Buffer.from(sealed);
    const at = damaged.indexOf('"newBytes":') + '"newBytes":'.length;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key: key, Body: damaged });
    const input = { root: ROOT, image: images[2]?.id };
    const refused = { status: 'FAILED', error: 'ImageDamaged' };
    expect(await cloud.run('RestoreStateMachine', { ...input, target: TARGET })).toMatchObject(refused);
    expect(await cloud.run('VerifyStateMachine', input)).toMatchObject(refused);
    expect(await cloud.listing('hbase', 'restored/')).toEqual([]);
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key: key, Body: sealed });
  });

  it('says all that the commit wrote of the image but the time of the commit, item for item', async () => {
    const items = await Array.fromAsync(cloud.table.listItems(ROOT));
    const written = items.filter(({ sk }) => sk.startsWith('image#'));
    const told = [];
    for (const { id } of images) {
      const { manifest, sha256: digest } = expectImage(decodeManifest(await bytesOf(manifestKey(root, id)), id), id);
      told.push(...recordsOf(manifest, digest));
    }
    const withoutTime = written.map(({ completedAt: _, ...item }) => item);
    const byKey = <T extends { sk: string }>(list: readonly T[]) => list.toSorted((a, b) => (a.sk < b.sk ? -1 : 1));
    expect(byKey(told)).toEqual(byKey(withoutTime));
    expect(written.filter(({ completedAt }) => completedAt !== undefined)).toHaveLength(images.length);
  });

  it.each([0, 1, 2])('its totals and digests are those of what lies beside it: image %i', async (n) => {
    const { id, manifestSha256 } = images[n] as BackupSummary;
    const sealed = new SealedImage(cloud.objects, root, id);
    const manifest = await sealed.manifest(manifestSha256);
    const distinct = new Map<string, FileEntry>();
    const isNew = ({ holder }: FileEntry) => holder === id;
    const sum = (list: readonly FileEntry[]) => list.reduce((bytes, { size }) => bytes + size, 0);
    const totalsOf = (list: readonly FileEntry[]) => {
      const ours = list.filter(isNew);
      return { files: list.length, bytes: sum(list), newFiles: ours.length, newBytes: sum(ours) };
    };
    for (const table of manifest.tables) {
      const list = await Array.fromAsync(sealed.files(manifest, table));
      for (const entry of list) distinct.set(entry.path, entry);
      expect(table).toMatchObject(totalsOf(list));
      expect(table.listSha256).toBe(sha256(list.map((entry) => `${writeFileEntry(entry)}\n`).join('')));
      for (const [name, digest] of [
        ['.snapshotinfo', table.snapshotInfoSha256],
        ['data.manifest', table.dataManifestSha256],
      ] as const) {
        expect(sha256(await bytesOf(`${imagePrefix(root, id)}${snapshotName(table.index, name)}`))).toBe(digest);
      }
    }
    expect(manifest).toMatchObject(totalsOf([...distinct.values()]));
    const holders = new Set([...distinct.values()].map(({ holder }) => holder));
    holders.delete(id);
    expect(manifest.holders).toEqual([...holders].sort());
    expect(await cloud.listing('backups', `prod/images/${id}/data/`)).toHaveLength(manifest.newFiles);
    const positions = await cloud.objects.getStream('backups', `${imagePrefix(root, id)}${POSITIONS_NAME}`);
    const lines = await Array.fromAsync(readCompressedLines(positions as NonNullable<typeof positions>));
    expect(
      sha256(
        lines
          .map(
            (line) => `${line}
`,
          )
          .join(''),
      ),
    ).toBe(manifest.positionsSha256);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      manifest.tables.map(({ position, snapshot, table }) => ({ position, snapshot, table })),
    );
  });
});
