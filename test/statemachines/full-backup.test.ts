import { beforeEach, describe, expect, it } from 'vitest';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { SealedImage } from '../../lambdas/operations/sealed-image.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';

const INPUT = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'] };

describe('full backups one after the other', () => {
  let cloud: HoldfastCloud;
  let first: BackupSummary;

  beforeEach(async () => {
    cloud = await holdfastCloud({ fixture: 'shop' });
    first = await backUp(INPUT);
    expect(first.newFiles).toBe(first.files);
  });

  async function backUp(input: object): Promise<BackupSummary> {
    const ended = await cloud.run('FullBackupStateMachine', input);
    expect(ended.cause).toBeUndefined();
    expect(ended.status).toBe('SUCCEEDED');
    return ended.output as BackupSummary;
  }

  async function filesOf({ id, manifestSha256 }: BackupSummary) {
    const sealed = new SealedImage(cloud.objects, parseS3Uri(ROOT, 'root'), id);
    const manifest = await sealed.manifest(manifestSha256);
    const lists = await Promise.all(manifest.tables.map((table) => Array.fromAsync(sealed.files(manifest, table))));
    return lists.flat();
  }

  /** By hand, every version: as no part of Holdfast does it. */
  async function removeImage({ id }: BackupSummary): Promise<void> {
    const versions = await Array.fromAsync(cloud.objects.listVersions('backups', `prod/images/${id}/`));
    expect(versions.length).toBeGreaterThan(first.files);
    for (const { key: Key, versionId: VersionId } of versions) {
      await cloud.cloud.call('s3', 'DeleteObject', { Bucket: 'backups', Key, VersionId });
    }
  }

  const restore = (image: string) => cloud.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });

  it('the second one copies nothing, and needs the first', async () => {
    const second = await backUp(INPUT);
    const { files, bytes } = first;
    expect(second).toMatchObject({ files, bytes, newFiles: 0, newBytes: 0, holders: [first.id] });
    await removeImage(first);
    expect(await restore(second.id)).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
  });

  it('a standalone one copies everything, lists nothing of the first, and restores without it', async () => {
    const second = await backUp({ ...INPUT, standalone: true });
    const { files, bytes } = first;
    expect(second).toMatchObject({ files, bytes, newFiles: files, newBytes: bytes, holders: [] });
    const listed = await filesOf(second);
    expect(new Set(listed.map(({ holder }) => holder))).toEqual(new Set([second.id]));
    const copies = await cloud.listing('backups', `prod/images/${second.id}/data/`);
    expect(copies).toHaveLength(files);

    await removeImage(first);
    const restored = await restore(second.id);
    expect(restored.cause).toBeUndefined();
    expect(restored).toMatchObject({ status: 'SUCCEEDED' });
    for (const { path, source } of listed) {
      const area = source.area === 'archive' ? 'archive/data' : source.area;
      const there = await cloud.objects.get('hbase', `root/${area}/${path}`, 1 << 26);
      const here = await cloud.objects.get('hbase', `restored/archive/data/${path}`, 1 << 26);
      expect(Buffer.compare(here?.bytes ?? Buffer.alloc(0), there?.bytes ?? Buffer.of(1)), path).toBe(0);
    }
  });
});
