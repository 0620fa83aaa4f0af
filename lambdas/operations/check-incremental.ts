import { InvalidInput } from '../../core/errors/input-errors.ts';
import { noTableAtAll, requireNewer } from '../../core/plan/increment-parents.ts';
import { MOST_TABLES, tooManyTables } from '../../core/plan/most-tables.ts';
import { newestBases } from '../../core/plan/newest-bases.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { IncrementalRequest } from '../contracts/fields.ts';
import { parseIncrementalRequest } from '../contracts/incremental-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemTable } from '../ports/system-table.ts';
import type { TableSnapshots } from '../ports/table-snapshots.ts';
import { backupBases } from './backup-bases.ts';
import { checkBuckets } from './check-buckets.ts';
import { type DecidedIncrement, decideIncrement, type IncrementPorts } from './decide-increment.ts';
import { imageCatalogue } from './image-catalogue.ts';
import { refuseFutureSchedule } from './refuse-future-schedule.ts';

interface Ports extends IncrementPorts {
  readonly clock: Clock;
  readonly table: Pick<SystemTable, 'listImages' | 'listImageTables'>;
  readonly snapshots: Pick<TableSnapshots, 'choose'>;
}

/**
 * {@link checkIncrementalContract}: the typed input, the configuration, both buckets; then that every table has an image
 * to follow on and a newer snapshot, or logs that go on from it, so that what names alone show is refused before anything
 * begins. What counts is what PlanBackup and PlanWals find under the flag.
 * @throws NoFullBackup, NothingToBackUp; as CheckInput; the errors of a snapshot, those of decideIncrement
 */
export const checkIncremental =
  (ports: Ports, config: { ROOTS: string[]; SOURCES: string[]; LOGS: string[]; AWS_REGION: string }) =>
  async (input: { input: unknown }): Promise<IncrementalRequest> => {
    const typed = parseIncrementalRequest(input.input, {
      roots: config.ROOTS,
      sources: config.SOURCES,
      logs: config.LOGS,
    });
    refuseFuture(typed.until, ports.clock.now());
    refuseFutureSchedule(input.input, ports.clock.now());
    await checkBuckets(ports.objects, typed, config.AWS_REGION);
    const catalogue = await imageCatalogue(ports.table, typed.root);
    const [first, ...others] =
      typed.tables ?? [...newestBases(catalogue.images, catalogue.rows, typed.source).keys()].sort();
    if (first === undefined) throw noTableAtAll(typed);
    if (others.length >= MOST_TABLES) throw tooManyTables(`${typed.root} has images of more`);
    const request: IncrementalRequest = { ...typed, tables: [first, ...others] };
    if (!request.fromSnapshot) {
      const { full } = await decideIncrement(ports, request, catalogue, ports.clock.now());
      await requireSnapshots(ports, request, full, catalogue);
      return request;
    }
    const { parents } = backupBases(request, catalogue);
    requireNewer(await ports.snapshots.choose(parseS3Uri(request.source, 'source'), request), parents);
    return request;
  };

function refuseFuture(until: number | undefined, nowMs: number): void {
  if (until === undefined || until <= nowMs) return;
  throw new InvalidInput(
    `until: ${new Date(until).toISOString()} is still to come`,
    'give an earlier time, or leave it out',
    {
      field: 'until',
    },
  );
}

/** Tables that are taken full need a snapshot that is newer than what they have. */
async function requireSnapshots(
  { snapshots }: Ports,
  request: IncrementalRequest,
  full: DecidedIncrement['full'],
  catalogue: Parameters<typeof backupBases>[1],
): Promise<void> {
  if (full.length === 0) return;
  const tables = full.map(({ table }) => table);
  const chosen = await snapshots.choose(parseS3Uri(request.source, 'source'), { ...request, tables });
  requireNewer(chosen, backupBases(request, catalogue).parents);
}
