import { workPrefix } from '../../core/stack-layout.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';
import { removePrefix } from './remove-prefix.ts';

type Ports = AuthorityPorts & { readonly objects: ObjectStore; readonly clock: Clock };

/** {@link cleanTemporaryDataContract}: plans, results, failures and what the maps left, of one session. @throws Superseded */
export const cleanTemporaryData =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (input: RemovalInput, { stopAt }: StepRun): Promise<{ deleted: number; aborted: number; isDone: boolean }> => {
    await assertAuthority(ports, input, 'temporary data');
    const place = { bucket: config.WORK_BUCKET, prefix: workPrefix(input.root, input.sessionId) };
    return removePrefix(ports.objects, place, { clock: ports.clock, stopAt });
  };
