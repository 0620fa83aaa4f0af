import type { listAbandonedRestoresContract } from '../contracts/list-abandoned-restores.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executions } from '../ports/executions.ts';
import type { RestoreTargets } from '../ports/pins.ts';
import { cleanUpRoots } from './list-clean-up.ts';
import { hasEnded } from './target-fence.ts';

type Listed = OutputOf<typeof listAbandonedRestoresContract>;

/** Restores of one run: the next run takes the rest. */
const MOST = 200;

/**
 * {@link listAbandonedRestoresContract}: what no Catch could see (StopExecution, a time-out) leaves records that say
 * RESTORING. Those are closed first; what they left goes when no step in flight can still write beside it: a late
 * `.snapshotinfo` would make a snapshot visible whose `data.manifest` is gone (I11).
 * @throws InvalidInput, RootNotConfigured
 */
export const listAbandonedRestores =
  (
    ports: {
      readonly targets: Pick<RestoreTargets, 'list' | 'listLeft'>;
      readonly executions: Pick<Executions, 'status'>;
      readonly clock: Clock;
    },
    config: { readonly ROOTS: string[]; readonly TARGETS: readonly string[] },
  ) =>
  async ({ input }: { input: unknown }): Promise<Listed> => {
    const roots = cleanUpRoots(input, config.ROOTS);
    const checkedAt = ports.clock.now();
    const found = new Map<string, Listed['restores'][number]>();
    for (const target of config.TARGETS) {
      for await (const { root, restoreId, notBefore } of ports.targets.listLeft(target)) {
        if (roots.includes(root) && notBefore <= checkedAt) {
          found.set(restoreId, { root, run: restoreId, target, isDue: true });
        }
      }
      const ended = new Map<string, boolean>();
      for await (const record of ports.targets.list(target)) {
        const { root, restoreId, state, executionArn } = record;
        if (state !== 'RESTORING' || !roots.includes(root)) continue;
        if (!ended.has(executionArn)) {
          ended.set(executionArn, await hasEnded(ports.executions, record, checkedAt));
        }
        // Also if something of it was noted earlier: a step that held this record may be in flight.
        if (ended.get(executionArn)) found.set(restoreId, { root, run: restoreId, target, isDue: false });
      }
    }
    return { checkedAt, restores: [...found.values()].slice(0, MOST) };
  };
