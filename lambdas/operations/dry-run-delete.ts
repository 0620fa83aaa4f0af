import type { DeleteRequest } from '../contracts/delete-request.ts';
import type { DeletionSummary } from '../contracts/deletion-summary.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { summaryOfDeletion } from './deletion-plan.ts';
import { planDeletion } from './deletion-planner.ts';
import { listImages } from './list-images.ts';

type Ports = { readonly objects: ObjectStore; readonly table: Pick<SystemTable, 'listImages'>; readonly clock: Clock };

/** {@link dryRunDeleteContract}: what PlanDelete would plan now, counted and not written. @throws as planDeletion */
export const dryRunDelete =
  (ports: Ports) =>
  async (
    { root, request }: { readonly root: string; readonly request: DeleteRequest },
    { stopAt }: StepRun,
  ): Promise<DeletionSummary> => {
    const records = await listImages(ports.table, root);
    return summaryOfDeletion(await planDeletion(ports.objects, request, records, () => ports.clock.now() >= stopAt));
  };
