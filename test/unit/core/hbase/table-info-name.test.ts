import { expect, test } from 'vitest';
import { tableInfosNewestFirst } from '../../../../core/hbase/table-info-name.ts';

test('descriptors newest first, of either naming, without what is none', () => {
  const names = [
    '.tableinfo.0000000002.641',
    '.tableinfo',
    '.tableinfo.0000000010',
    '.tmp',
    '.tableinfo.9',
    '.tableinfo.0000000002',
  ];
  expect(tableInfosNewestFirst(names)).toEqual([
    { name: '.tableinfo.0000000010', sequence: 10 },
    { name: '.tableinfo.0000000002.641', sequence: 2, leastBytes: 641 },
    { name: '.tableinfo.0000000002', sequence: 2 },
    { name: '.tableinfo', sequence: 0 },
  ]);
});
