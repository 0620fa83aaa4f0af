import { describe, expect, it } from 'vitest';
import { finishingCommand, restoreSnapshotNames, runOf } from '../../../core/restore-names.ts';

const ID = 'backup_1700000000000';

describe('restore names', () => {
  it('gives one execution one id, two executions two', () => {
    expect(runOf('r', 'arn:a')).toBe(runOf('r', 'arn:a'));
    expect(runOf('r', 'arn:a')).not.toBe(runOf('r', 'arn:b'));
    expect(runOf('v', 'arn:a')).toMatch(/^v[0-9a-f]{20}$/);
  });

  it('names image, table and restore', () => {
    expect(restoreSnapshotNames(ID, ['orders', 'shop:orders'], 'r1')).toEqual([
      `holdfast_${ID}_default_orders_r1`,
      `holdfast_${ID}_shop_orders_r1`,
    ]);
  });

  it('keeps names apart that run into one another', () => {
    const names = restoreSnapshotNames(ID, ['a_b:c', 'a:b_c', 'd:e'], 'r1');
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toBe(`holdfast_${ID}_d_e_r1`);
  });

  it('keeps long names within what HBase and S3 take', () => {
    const [name = ''] = restoreSnapshotNames(ID, [`n:${'x'.repeat(250)}`], 'r123456789012');
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^holdfast_backup_\d{13}_[0-9a-f]{16}_r123456789012$/);
  });

  it.each([
    [{ table: 't', target: 't', replaces: false }, "clone_snapshot 's', 't'"],
    [{ table: 't', target: 'u', replaces: false }, "clone_snapshot 's', 'u'"],
    [{ table: 't', target: 't', replaces: true }, "disable 't'; restore_snapshot 's'; enable 't'"],
    [{ table: 't', target: 'u', replaces: true }, "disable 'u'; drop 'u'; clone_snapshot 's', 'u'"],
    [{ table: 't', target: "o'k\\", replaces: false }, "clone_snapshot 's', 'o\\'k\\\\'"],
  ])('%o', (restored, command) => {
    expect(finishingCommand({ snapshot: 's', ...restored })).toBe(command);
  });
});
