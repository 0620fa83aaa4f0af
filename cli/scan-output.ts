import { formatBytesBinary } from '../core/hbase/bytes-binary.ts';
import type { CellCursor } from '../core/hbase/hfile/cell-cursor.ts';
import { canonicalCell, cellParts } from '../core/hbase/scan/canonical-cell.ts';
import type { Output } from './output.ts';
import type { CellTarget } from './read-rows.ts';

/** Rows of a table that are shown together: their widths are known by then. */
const TOGETHER = 200;
/** Longest row, column and value in a table; JSON has them whole. */
const WIDEST = 80;

/** Prints cells as they come: JSON lines, or a table for people. */
export class ScanOutput implements CellTarget {
  readonly #output: Output;
  readonly #isLines: boolean;
  readonly #rows: string[][] = [];

  constructor(output: Output, isLines: boolean) {
    this.#output = output;
    this.#isLines = isLines;
  }

  cell({ bytes, at, end, mvcc }: CellCursor): undefined {
    if (this.#output.isJson) {
      this.#output.say({ type: 'cell', fields: canonicalCell(bytes, at, end, mvcc) });
      return;
    }
    if (this.#isLines) {
      this.#output.record(canonicalCell(bytes, at, end, mvcc));
      return;
    }
    const { row, family, qualifier, timestamp, type, value } = cellParts(bytes, at, end);
    const column = `${family}:${formatBytesBinary(qualifier)}`;
    this.#rows.push([
      ...[formatBytesBinary(row), column, String(timestamp)].map(shortened),
      type === 'Put' ? shortened(formatBytesBinary(value.subarray(0, WIDEST + 1))) : `(${type})`,
    ]);
    if (this.#rows.length === TOGETHER) this.flush();
  }

  async endRegion(): Promise<void> {}

  flush(): void {
    if (this.#rows.length > 0) this.#output.table(['ROW', 'COLUMN', 'TIMESTAMP', 'VALUE'], this.#rows.splice(0));
  }
}

const shortened = (text: string) => (text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`);
