import { describe, expect, it } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';

describe('restore and verify in the deployed app, each step with the rights of its role', () => {
  it('what full-backup made is verified and restored', async () => {
    const app = await holdfastCloud({ fixture: 'shop' });
    const backup = await app.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, all: true });
    expect(backup).toMatchObject({ status: 'SUCCEEDED' });
    for (const mode of ['quick', 'checksums', 'deep']) {
      expect(await app.run('VerifyStateMachine', { root: ROOT, image: 'latest', mode })).toMatchObject({
        status: 'SUCCEEDED',
        output: { tables: 2 },
      });
    }
    for (const input of [{ check: true }, {}, { chunkObjects: 2 }]) {
      const ended = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET, ...input });
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      expect((ended.output as RestoredTables).tables.map(({ table }) => table)).toEqual(['sensors', 'shop:orders']);
    }
    const left = (await app.listing('hbase', 'restored/')).filter((line) => line.includes('/.tmp/'));
    expect(left).toEqual([]);
  });

  it('a failing restore cleans up with the rights of its roles', async () => {
    const app = await holdfastCloud({ fixture: 'shop' });
    await app.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, tables: ['sensors'] });
    const plan = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
    expect(plan).toMatchObject({ status: 'SUCCEEDED' });
    const [file = ''] = (await app.listing('hbase', 'restored/archive/')).map((line) => line.split(' ')[0]);
    await app.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: file, Body: Buffer.from('other') });
    const ended = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'TargetExists' });
    expect(ended.cause).not.toContain('could not be removed');
    const left = (await app.listing('hbase', 'restored/.hbase-snapshot/')).filter((line) => line.includes('/.tmp/'));
    expect(left).toEqual([]);
    const image = (await app.listing('backups', 'prod/images/')).map((line) => line.split(' ')[0] ?? '');
    const data = image.find((key) => key.includes('/data/')) ?? '';
    await app.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key: data, Body: Buffer.from('other') });
    expect(await app.run('VerifyStateMachine', { root: ROOT, image: 'latest', mode: 'deep' })).toMatchObject({
      status: 'FAILED',
      error: 'VerificationFailed',
    });
  });
});
