import type { releaseTargetsContract } from '../contracts/release-targets.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { RestoreTargets } from '../ports/pins.ts';
import { CLAIM_MS, leftBehind } from './target-fence.ts';

/**
 * Idempotent; records that are another restore's by now, or that have ended otherwise, stay as they are. The records
 * say it all: the run's request may have expired in the work bucket before the clean-up closes what a stopped restore
 * left.
 */
export const releaseTargets =
  (
    ports: { readonly targets: RestoreTargets; readonly clock: Clock },
    config: { readonly STEP_LIFE_SECONDS: number },
  ) =>
  async ({
    run,
    target,
    state,
  }: InputOf<typeof releaseTargetsContract>): Promise<OutputOf<typeof releaseTargetsContract>> => {
    let released = 0;
    for await (const record of ports.targets.list(target)) {
      if (record.restoreId !== run) continue;
      if (record.state === 'RESTORING' && state === 'FAILED') {
        await ports.targets.noteLeft(leftBehind(record, ports.clock, config));
      }
      const ended = { ...record, state, expiresAt: ports.clock.now() + CLAIM_MS };
      if (record.state === state || (await ports.targets.update(ended))) released++;
    }
    return { released };
  };
