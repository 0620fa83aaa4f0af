import { inOrder, type MadeCell, makeCell, TTL_TAG } from '../unit/core/hbase/hfile/made-cells.ts';

const TYPES = [4, 4, 4, 8, 10, 12, 14];
const IDS = [0, 1, 127, 128, 65_536, 2 ** 40, Number.MAX_SAFE_INTEGER];

/** Cells in order that have something of everything: empty and like rows, all types, tags or none, ids of all lengths. */
export function fuzzCells(count: number): MadeCell[] {
  const cells = Array.from({ length: count }, (_, i) =>
    makeCell({
      row: i % 11 === 0 ? '' : `row-${String(i >> 1).padStart(5, '0')}`,
      qualifier: ['', 'q', `q${i}`][i % 3]!,
      timestamp: 1_700_000_000_000n + BigInt((i * 7919) % 1000),
      type: TYPES[i % TYPES.length]!,
      value: 'v'.repeat((i * 13) % 60),
      tags: i % 4 === 0 ? TTL_TAG : undefined,
      mvcc: IDS[i % IDS.length]!,
    }),
  );
  return inOrder(cells);
}
