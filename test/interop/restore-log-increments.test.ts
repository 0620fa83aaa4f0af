import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { AS_OF, layOut, pointOf } from '../support/as-of.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, TARGET } from '../support/holdfast-cloud.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { downloadTarget } from './hbase/download-target.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-log-increments-'));
afterAll(() => rmSync(work, { recursive: true }));

interface Step {
  readonly point: string;
  /** Of the increment. A log that nobody rolled is read as far as it goes. */
  readonly input?: object;
}

/** A full at T0, then increments from logs; `tables` as in `points.json`. */
const cases: readonly { name: FixtureName; steps: readonly Step[] }[] = [
  { name: 'chain', steps: [{ point: 'T1' }, { point: 'T2' }, { point: 'end', input: { includeActive: true } }] },
  { name: 'walcomp', steps: [{ point: 'T1', input: { includeActive: true } }] },
  { name: 'tags-mob', steps: [{ point: 'T1', input: { includeActive: true } }] },
  { name: 'bulk', steps: [{ point: 'T1' }, { point: 'T2' }] },
];

/** Restores an image into a directory of its own, as it lies below the target; answers table → snapshot. */
async function restored(app: HoldfastCloud, image: string, directory: string): Promise<Map<string, string>> {
  const ended = await app.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  await downloadTarget(app, directory, { empties: true });
  return new Map((ended.output as RestoredTables).tables.map(({ table, snapshot }) => [table, snapshot] as const));
}

describe.each(cases)('$name: a full at T0 and increments from logs', ({ name, steps }) => {
  test('HBase clones from each exactly what a reader saw at that point', { timeout: 900_000 }, async () => {
    const app = await holdfastCloud();
    const tables = Object.keys(pointOf(name, 'T0').tables);
    const backUp = async (machine: 'FullBackupStateMachine' | 'IncrementalBackupStateMachine', input: object) => {
      const ended = await app.run(machine, { ...input, tables });
      expect(ended.cause).toBeUndefined();
      return (ended.output as { id: string }).id;
    };
    await layOut(app, name, 'T0');
    const { clockMarginSeconds: _, ...full } = AS_OF;
    const images: [string, string][] = [['T0', await backUp('FullBackupStateMachine', full)]];
    for (const { point, input } of steps) {
      await layOut(app, name, point);
      images.push([point, await backUp('IncrementalBackupStateMachine', { ...AS_OF, ...input })]);
    }
    for (const [point, image] of images) {
      const exportDirectory = join(work, name, point);
      const snapshots = await restored(app, image, exportDirectory);
      for (const table of tables) {
        const { scan, scanCells } = pointOf(name, point).tables[table]!;
        const dumpFile = join(work, name, `${point}-${tables.indexOf(table)}.jsonl`);
        const truth = `${dumpFile}.truth.gz`;
        writeFileSync(truth, fixture(name).get(scan)!);
        await hbase.restoreSnapshot({
          ...{ exportDirectory, snapshot: snapshots.get(table)!, table: 'restored:here', dumpFile },
        });
        const compared = await compareCells(truth, dumpFile);
        expect(compared, `${table} at ${point}`).toEqual({
          ...{ expectedCells: scanCells, actualCells: scanCells, differences: [] },
        });
      }
    }
  });
});
