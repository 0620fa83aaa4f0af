import { type Command, Option } from 'commander';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { refuseNewVersionBehavior } from '../../core/hbase/scan/family-rules.ts';
import { parseColumns, parseRows } from '../../core/hbase/scan/scan-request.ts';
import { TableScan } from '../../core/hbase/scan/table-scan.ts';
import { formatTableName, parseTableName } from '../../core/hbase/table-name.ts';
import { BulkLoadFiles } from '../bulk-load-files.ts';
import { ImageTable } from '../image-table.ts';
import { type CellTarget, type RowsRead, readRows } from '../read-rows.ts';
import { ScanOutput } from '../scan-output.ts';
import { plural, sizeText, timeText } from '../text.ts';
import { knownRoot } from '../typed-place.ts';
import { DETACHED, type RunVerb, tableList, wholeNumber } from '../verb.ts';

interface ScanOptions {
  readonly table: string;
  readonly row?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly columns?: readonly string[];
  readonly versions?: number;
  readonly limit?: number;
  readonly out?: 'jsonl' | 'hfile';
  readonly raw?: boolean;
}

export function scanVerb(program: Command, run: RunVerb): void {
  program
    .command('scan')
    .description('reads rows of a table out of a backup: no restore, no cluster, nothing is written but to --out')
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .argument('[directory]', 'of --out hfile: where <family>/<file> are written for completebulkload')
    .requiredOption('-t, --table <table>', 'the table')
    .addOption(new Option('--row <row>', 'this row alone').conflicts(['start', 'stop']))
    .option('--start <row>', 'from this row on; \\x00 is a byte, as in the HBase shell')
    .option('--stop <row>', 'up to before this row')
    .option('--columns <columns>', 'family or family:qualifier, several with commas', tableList)
    .option('--versions <n>', 'versions of a column, newest first (default: all that the table keeps)', wholeNumber)
    .option('--limit <n>', 'at most so many rows', wholeNumber)
    .addOption(
      new Option('--out <form>', 'jsonl: a JSON line a cell; hfile: files to load').choices(['jsonl', 'hfile']),
    )
    .option('--raw', 'everything stored: delete markers, what they hide, what is past its TTL')
    .addHelpText(
      'after',
      `
Examples:
  holdfast scan s3://acme-backups/prod latest -t shop:orders --row order-1042
  holdfast scan s3://acme-backups/prod latest -t shop:orders --start 'order-10\\x00' --columns d:total,audit --out jsonl
  holdfast scan s3://acme-backups/prod backup_1795539001120 -t shop:orders --start a --stop b --out hfile lost-rows`,
    )
    .action(async (typed: string, id: string, directory: string | undefined, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, all) => {
        const options = all as unknown as ScanOptions;
        const table = formatTableName(parseTableName(options.table));
        const request = {
          ...parseRows(options),
          columns: options.columns && parseColumns(options.columns),
          versions: options.versions,
          isRaw: options.raw === true,
        };
        checkNumbers(options);
        if ((options.out === 'hfile') !== (directory !== undefined)) {
          throw new InvalidInput('directory: --out hfile has one, and nothing else', '--out hfile DIR', {
            field: 'directory',
          });
        }
        const here = await world();
        const nowMs = here.now();
        const image = await ImageTable.find(here, await knownRoot(here, typed), id, table);
        const scan = new TableScan(image.snapshot, { ...request, nowMs });
        if (options.out === 'hfile') {
          for (const family of image.snapshot.tableSchema.families)
            refuseNewVersionBehavior(family, 'restore the table: a bulk load would change which versions are seen');
        }
        const opener = await image.opener(scan.paths());
        const what = `holdfast scan ${image.record.id} ${table}`;
        const files = directory === undefined ? undefined : new BulkLoadFiles(directory, what, nowMs);
        const printed = new ScanOutput(output, options.out === 'jsonl');
        const target: CellTarget = files ?? printed;
        const limit = options.limit ?? Number.POSITIVE_INFINITY;
        let read: RowsRead;
        try {
          read = await readRows(scan, opener, { limit, signal }, target);
        } catch (error) {
          printed.flush();
          await files?.discard();
          throw error;
        }
        printed.flush();
        if (signal.aborted) {
          await files?.discard();
          output.note('Stopped', `after ${plural(read.cells, 'cell')}`);
          return DETACHED;
        }
        if (options.out === 'jsonl' && !output.isJson) return 0;
        const { reads, readBytes } = image;
        const written = files?.files ?? [];
        const total = sizeText(written.reduce((sum, { bytes }) => sum + bytes, 0));
        output.say({
          type: 'scanned',
          fields: {
            ...{ image: image.record.id, table, position: image.table.position, ...read, reads, readBytes },
            ...(files && { directory, files: written }),
          },
          line: [
            'Scanned',
            `${plural(read.rows, 'row')}, ${plural(read.cells, 'cell')} of ${table} as of ${timeText(image.table.position)} in ${image.record.id}`,
          ],
        });
        if (files) {
          output.note('Written', `${plural(written.length, 'file')}, ${total}, below ${directory}`);
          output.note('Load', `hbase completebulkload ${directory} TABLE   (docs/runbook.md, "Lost some rows")`);
        }
        if (read.expired > 0) output.note('Hidden', `${plural(read.expired, 'cell')} past the TTL; --raw shows them`);
        return 0;
      }),
    );
}

function checkNumbers(options: ScanOptions): void {
  for (const field of ['versions', 'limit'] as const) {
    if (options[field] === 0) throw new InvalidInput(`${field}: must be 1 or more`, 'leave it out for all', { field });
  }
}
