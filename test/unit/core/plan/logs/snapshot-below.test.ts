import { describe, expect, it } from 'vitest';
import { backupId } from '../../../../../core/backup-id.ts';
import type { ImageTableRecord, TableKind } from '../../../../../core/items.ts';
import { snapshotBelow } from '../../../../../core/plan/logs/snapshot-below.ts';

const row = (n: number, kind: TableKind | undefined, parent: number | null, table = 't'): ImageTableRecord => ({
  id: backupId(n),
  ...{ table, index: 0, snapshot: 's', position: n, files: 0, bytes: 0, newFiles: 0, newBytes: 0 },
  ...(kind && { kind }),
  parent: parent === null ? null : backupId(parent),
});

describe('the snapshot below a table', () => {
  it('is the newest one of its chain', () => {
    const rows = [
      row(1, undefined, null),
      row(2, 'WALS', 1),
      row(3, 'SNAPSHOT', 2),
      row(4, 'WALS', 3),
      row(5, 'WALS', 4),
    ];
    const other = row(3, 'SNAPSHOT', 2, 'u');
    expect(rows.map((one) => snapshotBelow([...rows, { ...other, position: 9 }], one))).toEqual([1, 1, 3, 3, 3]);
  });

  it('is none where the chain ends or goes round', () => {
    expect(snapshotBelow([], row(5, 'WALS', 4))).toBe(0);
    expect(snapshotBelow([], row(5, 'WALS', null))).toBe(0);
    expect(snapshotBelow([row(4, 'WALS', 5), row(5, 'WALS', 4)], row(5, 'WALS', 4))).toBe(0);
  });
});
