import { noTableAtAll, requireNewer } from '../../core/plan/increment-parents.ts';
import { newestBases } from '../../core/plan/newest-bases.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { IncrementalRequest } from '../contracts/fields.ts';
import { parseIncrementalRequest } from '../contracts/incremental-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import type { TableSnapshots } from '../ports/table-snapshots.ts';
import { backupBases } from './backup-bases.ts';
import { checkBuckets } from './check-buckets.ts';
import { imageCatalogue } from './image-catalogue.ts';

interface Ports {
  readonly objects: Pick<ObjectStore, 'bucketRegion'>;
  readonly table: Pick<SystemTable, 'listImages' | 'listImageTables'>;
  readonly snapshots: Pick<TableSnapshots, 'choose'>;
}

/**
 * {@link checkIncrementalContract}: the typed input, the configuration, both buckets; then that every table has an image
 * to follow on and a newer snapshot, so that what names alone show is refused before anything begins. What counts is what
 * PlanBackup finds under the flag.
 * @throws NoFullBackup, NothingToBackUp; as CheckInput; the errors of a snapshot
 */
export const checkIncremental =
  (ports: Ports, config: { ROOTS: string[]; SOURCES: string[]; AWS_REGION: string }) =>
  async (input: { input: unknown }): Promise<IncrementalRequest> => {
    const typed = parseIncrementalRequest(input.input, { roots: config.ROOTS, sources: config.SOURCES });
    await checkBuckets(ports.objects, typed, config.AWS_REGION);
    const catalogue = await imageCatalogue(ports.table, typed.root);
    const [first, ...others] =
      typed.tables ?? [...newestBases(catalogue.images, catalogue.rows, typed.source).keys()].sort();
    if (first === undefined) throw noTableAtAll(typed);
    const request: IncrementalRequest = { ...typed, tables: [first, ...others] };
    const { parents } = backupBases(request, catalogue);
    requireNewer(await ports.snapshots.choose(parseS3Uri(request.source, 'source'), request), parents);
    return request;
  };
