import type { BulkLoadFile } from './bulk-load-files.ts';
import type { ImageTable } from './image-table.ts';
import type { Output } from './output.ts';
import type { RowsRead } from './read-rows.ts';
import { plural, timeText } from './text.ts';

/** What a scan ends with. */
export function sayScanned(
  output: Output,
  { record, table: { table, position }, reads, readBytes }: ImageTable,
  read: RowsRead,
  written?: { readonly directory: string; readonly files: readonly BulkLoadFile[] },
): void {
  output.say({
    type: 'scanned',
    fields: { image: record.id, table, position, ...read, reads, readBytes, ...written },
    line: [
      'Scanned',
      `${plural(read.rows, 'row')}, ${plural(read.cells, 'cell')} of ${table} as of ${timeText(position)} in ${record.id}`,
    ],
  });
  if (read.expired > 0) output.note('Hidden', `${plural(read.expired, 'cell')} past the TTL; --raw shows them`);
}

export const sayStopped = (output: Output, { cells }: RowsRead): void =>
  output.note('Stopped', `after ${plural(cells, 'cell')}`);
