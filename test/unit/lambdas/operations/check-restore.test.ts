import { beforeEach, describe, expect, it } from 'vitest';
import { imageKey, imageTableKey, rootPartition } from '../../../../core/items.ts';
import { fixture } from '../../../support/fixture.ts';
import { itemsOf, type RestoreWorld, ROOT, request, restoreWorld } from '../../../support/restore-world.ts';
import { putItem, sealImage } from '../../../support/sealed-image.ts';

const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };

describe('CheckRestore', () => {
  let w: RestoreWorld;
  const check = (input: unknown) => w.world.call('CheckRestore', { execution, input });

  beforeEach(async () => {
    w = await restoreWorld();
  });

  it.each([
    [{ root: 'backups/prod' }, 'root'],
    [{ target: 's3://target' }, 'target'],
    [{ target: 's3://target/../x' }, 'target'],
    [{ tables: [] }, 'tables'],
    [{ tables: ['a b'] }, 'tables.0'],
    [{ tables: ['shop:orders', '../x'] }, 'tables.1'],
    [{ tables: ['sensors', 'default:sensors'] }, 'tables'],
    [{ mapping: ['a', 'b'] }, 'mapping'],
    [{ tables: ['sensors', 'shop:orders'], mapping: ['a', 'a'] }, 'mapping'],
    [{ tables: undefined, mapping: ['a'] }, 'mapping'],
    [{ image: '' }, 'image'],
    [{ overwrite: 'yes' }, 'overwrite'],
    [{ chunkObjects: 1_001 }, 'chunkObjects'],
    [{ set: ['shop:orders'] }, 'set.0'],
    [{ set: ['shop:orders:d.TTL=1', 'sensors:m.TTL=1'] }, 'set.1'],
    [{ set: ['shop:orders:nothing.TTL=1'] }, 'set.0'],
    [{ set: ['shop:orders:d.TTL=soon'] }, 'set.0'],
    [{ storeFileTracker: 'MIGRATION' }, 'storeFileTracker'],
    [{ manifestLimitBytes: 2 ** 31 }, 'manifestLimitBytes'],
    [{ force: true }, 'force'],
  ])('names the bad field of %o', async (more, field) => {
    await expect(check(request(more))).rejects.toMatchObject({ name: 'InvalidInput', evidence: { field } });
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });

  it.each([
    [{ root: 's3://backups/other' }, 'RootNotConfigured'],
    [{ target: 's3://target/other' }, 'TargetNotConfigured'],
    [{ tables: ['nothing'] }, 'ImageNotFound'],
    [{ image: 'backup_2' }, 'ImageNotFound'],
  ])('%o: %s', async (more, name) => {
    await expect(check(request(more))).rejects.toMatchObject({ name });
  });

  it('says which tables there are', async () => {
    await expect(check(request({ tables: ['nothing'] }))).rejects.toThrow('it has sensors, shop:orders');
  });

  it.each(['CREATING', 'SHELL', 'DELETING'])('reads no image that is %s, by id or as the latest', async (state) => {
    const newer = { id: 'backup_1700000005000', state, positionTo: 9e12, parents: [], manifestSha256: 'f'.repeat(64) };
    await putItem(w.world, rootPartition(ROOT), imageKey(newer.id), newer);
    await expect(check(request({ image: newer.id }))).rejects.toMatchObject({ name: 'ImageNotComplete' });
    expect(await check(request())).toMatchObject({ image: w.image.id });
  });

  it('takes 500 tables at most, named or not', async () => {
    const many = Array.from({ length: 501 }, (_, i) => `t${i}`);
    await expect(check(request({ tables: many }))).rejects.toMatchObject({ evidence: { field: 'tables' } });
    for (const table of many) {
      await putItem(w.world, rootPartition(ROOT), imageTableKey(w.image.id, table), { id: w.image.id, table });
    }
    await expect(check(request({ tables: undefined }))).rejects.toMatchObject({ evidence: { field: 'tables' } });
  });

  it('refuses a prefix that two images have', async () => {
    await sealImage(w.world, {
      root: ROOT,
      id: 'backup_1700000005000',
      fixture: fixture('shop'),
      snapshots: ['sensors-T0'],
    });
    await expect(check(request({ image: 'backup_17000' }))).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('means the same image the second time, whatever was committed in between (I10)', async () => {
    const first = await check(request());
    await sealImage(w.world, {
      root: ROOT,
      id: 'backup_1700000005000',
      fixture: fixture('shop'),
      snapshots: ['shop-orders-T0'],
    });
    expect(await check(request())).toEqual(first);
  });

  it('refuses a target in the backup root, a root in the target, and a missing bucket', async () => {
    const inside = { ROOTS: [ROOT, 's3://nowhere/r'], TARGETS: [`${ROOT}/hbase`, 's3://backups', 's3://gone/hbase'] };
    Object.assign(w.world.environment, {
      ROOTS: JSON.stringify(inside.ROOTS),
      TARGETS: JSON.stringify(inside.TARGETS),
    });
    await expect(check(request({ target: `${ROOT}/hbase` }))).rejects.toMatchObject({ name: 'DestinationRefused' });
    await expect(check(request({ target: 's3://gone/hbase' }))).rejects.toMatchObject({ name: 'DestinationRefused' });
  });
});
