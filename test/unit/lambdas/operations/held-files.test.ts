import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { parseS3Uri } from '../../../../core/s3-uri.ts';
import { s3ObjectStore } from '../../../../lambdas/adapters/s3/object-store.ts';
import { HeldFiles } from '../../../../lambdas/operations/held-files.ts';
import { type RestoreWorld, ROOT, restoreWorld } from '../../../support/restore-world.ts';

async function wrongWithFirst({ world, image }: RestoreWorld) {
  const held = new HeldFiles(s3ObjectStore(world.clients), parseS3Uri(ROOT, 'root'));
  return held.wrongWith(image.lists[0]![0]!);
}

it.each([
  ['STANDARD_IA', undefined],
  ['GLACIER_IR', undefined],
  ['GLACIER', 'storage class GLACIER'],
  ['DEEP_ARCHIVE', 'storage class DEEP_ARCHIVE'],
] as const)('a file in the storage class %s', async (StorageClass, finding) => {
  const w = await restoreWorld();
  const { holder, path } = w.image.lists[0]![0]!;
  const Key = `prod/images/${holder}/data/${path}`;
  const Body = await w.backups.get(Key);
  await w.world.clients.s3.send(new PutObjectCommand({ Bucket: 'backups', Key, Body, StorageClass }));
  const wrong = await wrongWithFirst(w);
  if (finding === undefined) expect(wrong).toBeUndefined();
  else expect(wrong).toContain(finding);
});
