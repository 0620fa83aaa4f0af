import { expect, it, vi } from 'vitest';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';

// Every file counts as a large one; parts stay as they are, since only a last part may be small.
vi.mock('../../lambdas/adapters/s3/copy-object.ts', async (original) => {
  const actual = await original<typeof import('../../lambdas/adapters/s3/copy-object.ts')>();
  return { ...actual, COPY_SIZES: { ...actual.COPY_SIZES, multipartFromBytes: 1 } };
});

it('large files are backed up and restored in parts, with the rights of the roles, and no upload is left', async () => {
  const app = await holdfastCloud({ fixture: 'shop' });
  let uploads = 0;
  let taken = false;
  app.cloud.intercept(async (call, next) => {
    const isUpload = call.operation === 'CreateMultipartUpload';
    if (isUpload && String(call.input.Key).includes('restored/archive/')) uploads++;
    // A cleaner takes a placed file before it is protected: CheckPlaced places it again, in parts too.
    if (call.operation === 'Invoke' && String(call.input.FunctionName).includes('-CheckPlaced') && !taken) {
      taken = true;
      const [first = ''] = await app.listing('hbase', 'restored/archive/');
      await app.cloud.call('s3', 'DeleteObject', { Bucket: 'hbase', Key: first.split(' ')[0] ?? '' });
    }
    return next(call);
  });
  const backup = await app.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, all: true });
  expect(backup).toMatchObject({ status: 'SUCCEEDED' });
  const restored = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
  expect(restored).toMatchObject({ status: 'SUCCEEDED' });
  const files = (await app.listing('hbase', 'restored/archive/')).filter((line) => !line.endsWith(' upload'));
  expect(files.length).toBeGreaterThan(2);
  expect(uploads).toBe(files.length + 1);
  expect((await app.listing('hbase')).filter((line) => line.endsWith(' upload'))).toEqual([]);
});
