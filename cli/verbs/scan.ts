import { type Command, Option } from 'commander';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { parseColumns, parseRows } from '../../core/hbase/scan/scan-request.ts';
import { TableScan } from '../../core/hbase/scan/table-scan.ts';
import { formatTableName, parseTableName } from '../../core/hbase/table-name.ts';
import { bulkLoad, requireDirectory } from '../bulk-load.ts';
import { ImageTable } from '../image-table.ts';
import { pointUntil } from '../point-until.ts';
import { readRows } from '../read-rows.ts';
import { ScanOutput } from '../scan-output.ts';
import { sayScanned, sayStopped } from '../scan-report.ts';
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
  readonly until?: string;
}

export function scanVerb(program: Command, run: RunVerb): void {
  program
    .command('scan')
    .description('reads rows of a table out of a backup: no restore, no cluster, nothing is written but to --out')
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .argument('[directory]', 'of --out hfile: where <family>/<file> are written for completebulkload; s3://… too')
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
    .option('--until <time>', 'of latest: the newest image that has the table as of then or before')
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
        requireDirectory(options.out, directory);
        const here = await world();
        const root = await knownRoot(here, typed);
        const until = { image: id, until: options.until, tables: [table] };
        const isLinesAlone = options.out === 'jsonl' && !output.isJson;
        const image = await pointUntil({ output: isLinesAlone ? undefined : output, world: here }, root, until);
        const limit = options.limit ?? Number.POSITIVE_INFINITY;
        if (directory !== undefined) {
          return bulkLoad({ output, world: here, signal }, { root, image, table, rows: request, limit, directory });
        }
        const found = await ImageTable.find(here, root, image, table);
        const scan = new TableScan(found.snapshot, { ...request, nowMs: here.now() });
        const opener = await found.opener(scan.paths());
        const printed = new ScanOutput(output, options.out === 'jsonl');
        const read = await readRows(scan, opener, { limit, signal }, printed).finally(() => printed.flush());
        if (signal.aborted) {
          sayStopped(output, read);
          return DETACHED;
        }
        if (!isLinesAlone) sayScanned(output, found, read);
        return 0;
      }),
    );
}

function checkNumbers(options: ScanOptions): void {
  for (const field of ['versions', 'limit'] as const) {
    if (options[field] === 0) throw new InvalidInput(`${field}: must be 1 or more`, 'leave it out for all', { field });
  }
}
