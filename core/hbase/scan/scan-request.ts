import { Buffer } from 'node:buffer';
import { InvalidInput } from '../../errors/input-errors.ts';
import { parseBytesBinary } from '../bytes-binary.ts';

/** Family → its qualifiers; null: all of them. */
export type ScanColumns = ReadonlyMap<string, readonly Uint8Array[] | null>;

/** What to read out of a table. */
export interface ScanRequest {
  /** First row. */
  readonly startRow?: Uint8Array | undefined;
  /** First row that is not wanted any more. */
  readonly stopRow?: Uint8Array | undefined;
  /** Undefined: all families. */
  readonly columns?: ScanColumns | undefined;
  /** At most so many versions of a column, and never more than the family keeps; undefined: all that it keeps. */
  readonly versions?: number | undefined;
  /** Everything that is stored, delete markers too, by no rule of visibility. */
  readonly isRaw: boolean;
  /** The time by which a TTL is over. */
  readonly nowMs: number;
}

/** `cf`, `cf:qualifier`, `cf:` (the empty qualifier); a family named alone has all its columns. @throws InvalidInput */
export function parseColumns(texts: readonly string[]): ScanColumns {
  const columns = new Map<string, Uint8Array[] | null>();
  for (const text of texts) {
    const colon = text.indexOf(':');
    const family = colon < 0 ? text : text.slice(0, colon);
    const before = columns.get(family);
    if (colon < 0) columns.set(family, null);
    else if (before !== null) {
      columns.set(family, [...(before ?? []), parseBytesBinary(text.slice(colon + 1), 'columns')]);
    }
  }
  return columns;
}

/** Rows from `start` up to before `stop`, or the one `row`. @throws InvalidInput */
export function parseRows(typed: {
  readonly row?: string | undefined;
  readonly start?: string | undefined;
  readonly stop?: string | undefined;
}): Pick<ScanRequest, 'startRow' | 'stopRow'> {
  if (typed.row !== undefined) {
    const row = parseBytesBinary(typed.row, 'row');
    return { startRow: row, stopRow: Buffer.concat([row, Buffer.alloc(1)]) };
  }
  const startRow = typed.start === undefined ? undefined : parseBytesBinary(typed.start, 'start');
  const stopRow = typed.stop ? parseBytesBinary(typed.stop, 'stop') : undefined;
  if (startRow && stopRow && Buffer.compare(startRow, stopRow) >= 0) {
    throw new InvalidInput('stop: the row is not behind the first one', '--row R reads one row', { field: 'stop' });
  }
  return { startRow, stopRow };
}
