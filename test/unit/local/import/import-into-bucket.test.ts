import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Cloud } from '../../../../local/cloud.ts';
import { importIntoBucket } from '../../../../local/import/import-into-bucket.ts';
import { temporaryDirectory } from '../tiny-app/tiny-app.ts';

const keys = async (cloud: Cloud) => {
  const { Contents = [] } = await cloud.call('s3', 'ListObjectsV2', { Bucket: 'given' });
  return (Contents as { Key: string; Size: number }[]).map(({ Key, Size }) => `${Key} ${Size}`);
};

it('makes regular files objects, once, and names what it passes over', async () => {
  const dir = temporaryDirectory();
  const cloud = new Cloud();
  mkdirSync(join(dir, 'a', 'b'), { recursive: true });
  writeFileSync(join(dir, 'a', 'b', 'c'), 'text');
  writeFileSync(join(dir, 'top'), '');
  symlinkSync('/etc/passwd', join(dir, 'link'));
  expect(await importIntoBucket(cloud, 'given', dir)).toEqual({
    objects: 2,
    bytes: 4,
    unchanged: 0,
    skipped: ['link'],
  });
  expect(await keys(cloud)).toEqual(['a/b/c 4', 'top 0']);
  expect(await importIntoBucket(cloud, 'given', dir)).toMatchObject({ objects: 0, unchanged: 2 });

  writeFileSync(join(dir, 'top'), 'more');
  expect(await importIntoBucket(cloud, 'given', dir)).toMatchObject({ objects: 1, unchanged: 1 });
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(dir, 'a', 'b', 'c'), later, later);
  expect(await importIntoBucket(cloud, 'given', dir)).toMatchObject({ objects: 1, unchanged: 1 });
  await cloud.close();
});
