import { unlistedKey, workPrefix } from '../../core/stack-layout.ts';
import type { planDeleteContract } from '../contracts/plan-delete.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { summaryOfDeletion, writeDeletionPlan } from './deletion-plan.ts';
import { planDeletion } from './deletion-planner.ts';
import { recordsBefore } from './records-before.ts';
import { refuseLocked } from './refuse-locked.ts';
import { stepEntry } from './step-entry.ts';

type Ports = { readonly objects: ObjectStore; readonly table: SystemTable; readonly clock: Clock };
type Config = { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string };

/**
 * {@link planDeleteContract}: by the system snapshot, never by an earlier read. Changes no item and nothing below the
 * root; what goes is decided by the commit and removed by the clean-up.
 * @throws Fenced; as planDeletion; ImageLocked; SystemSnapshotDamaged
 */
export const planDelete =
  (ports: Ports, config: Config) =>
  async (
    input: InputOf<typeof planDeleteContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof planDeleteContract>> => {
    await stepEntry(ports.table, input);
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(input.root, input.sessionId) };
    const { images } = await recordsBefore(ports.objects, config.SYSTEM_BUCKET, input.snapshot);
    const isOver = () => ports.clock.now() >= stopAt;
    const plan = await planDeletion(ports.objects, input.request, images, isOver, async (nth, { bytes }) => {
      const key = unlistedKey(place.work, nth);
      await ports.objects.put(place.bucket, key, bytes);
      return key;
    });
    await refuseLocked(ports, input.root, plan.images);
    const planSha256 = await writeDeletionPlan(ports.objects, place, plan);
    return { planSha256, summary: summaryOfDeletion(plan) };
  };
