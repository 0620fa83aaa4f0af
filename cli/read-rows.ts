import type { CellCursor } from '../core/hbase/hfile/cell-cursor.ts';
import { int32 } from '../core/hbase/hfile/cell-order.ts';
import { isSameRow } from '../core/hbase/hfile/key-order.ts';
import type { OpenStored } from '../core/hbase/scan/stored-file.ts';
import type { FamilyFacts, TableScan } from '../core/hbase/scan/table-scan.ts';

/** Where cells go. */
export interface CellTarget {
  /** The cell that the cursor stands on. */
  cell(cursor: CellCursor, region: string, families: ReadonlyMap<string, FamilyFacts>): Promise<void> | undefined;
  endRegion(): Promise<void>;
}

export interface RowsRead {
  rows: number;
  cells: number;
  /** Hidden because a TTL is over. */
  expired: number;
  regions: number;
}

/** Hands the cells of a scan on, region by region, at most `limit` rows of them or until it is told to stop. */
export async function readRows(
  scan: TableScan,
  open: OpenStored,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  target: CellTarget,
): Promise<RowsRead> {
  const read: RowsRead = { rows: 0, cells: 0, expired: 0, regions: 0 };
  for (const region of scan.regions) {
    if (signal.aborted || read.rows >= limit) break;
    const { cells, families, expired } = await scan.open(region, open);
    let row = new Uint8Array();
    read.regions++;
    while (!signal.aborted) {
      const more = cells.advance();
      if (!(typeof more === 'boolean' ? more : await more)) break;
      const { bytes, at } = cells;
      if (row.length === 0 || !isSameRow(row, 0, bytes, at + 8)) {
        if (read.rows >= limit) break;
        read.rows++;
        row = bytes.slice(at + 8, at + 8 + int32(bytes, at));
      }
      read.cells++;
      const full = target.cell(cells, region.region.encodedName, families);
      if (full !== undefined) await full;
    }
    read.expired += expired();
    if (!signal.aborted) await target.endRegion();
  }
  return read;
}
