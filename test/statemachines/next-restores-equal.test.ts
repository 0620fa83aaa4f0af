import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { FaultBench, INPUT } from '../support/fault-bench.ts';
import { ROOT, TARGET } from '../support/holdfast-cloud.ts';

/** Faults of a session, each another one's kind. */
const FAULTS: Record<string, (bench: FaultBench) => void> = {
  'a copy that fails': (bench) => bench.failing('FullBackupStateMachine', 'CopyFiles'),
  'a commit that never came': (bench) => bench.failing('FullBackupStateMachine', 'CommitBackup', 'before'),
  'a verification that was killed': (bench) => bench.killing('FullBackupStateMachine', 'VerifyFiles'),
  'a plan that ran out of time': (bench) => bench.hanging('FullBackupStateMachine', 'PlanBackup'),
};

describe('the backup after a failed one restores equal, after', () => {
  let bench: FaultBench;

  beforeAll(async () => {
    bench = await FaultBench.create();
  });
  beforeEach(() => bench.reset());
  afterEach(() => bench.disarm());

  const input = { ...INPUT, tables: ['sensors', 'shop:orders'], standalone: false };

  it.each(Object.keys(FAULTS))('%s', async (fault) => {
    FAULTS[fault]?.(bench);
    expect((await bench.backUp(input)).status).toBe('FAILED');
    bench.check();
    await bench.workOff();
    const next = await bench.backUp(input);
    expect(next).toMatchObject({ status: 'SUCCEEDED' });
    const restored = await bench.h.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
    expect(restored.cause).toBeUndefined();
    expect((restored.output as RestoredTables).tables.map(({ table }) => table)).toEqual(['sensors', 'shop:orders']);

    const { files } = (await bench.moment()).facts;
    const listed = files.get((next.output as { id: string }).id) ?? [];
    expect(listed.length).toBeGreaterThan(3);
    for (const { path, source } of listed) {
      const area = source.area === 'archive' ? 'archive/data' : source.area;
      const there = await bench.h.objects.get('hbase', `root/${area}/${path}`, 1 << 26);
      const here = await bench.h.objects.get('hbase', `restored/archive/data/${path}`, 1 << 26);
      expect(Buffer.compare(here?.bytes ?? Buffer.alloc(0), there?.bytes ?? Buffer.of(1)), path).toBe(0);
    }
    await bench.expectSound();
  });
});
