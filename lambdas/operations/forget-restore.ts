import type { forgetRestoreContract } from '../contracts/forget-restore.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { RestoreTargets } from '../ports/pins.ts';

/** {@link forgetRestoreContract}. Idempotent. */
export const forgetRestore =
  (ports: { readonly targets: Pick<RestoreTargets, 'forgetLeft'> }) =>
  async (input: InputOf<typeof forgetRestoreContract>): Promise<OutputOf<typeof forgetRestoreContract>> => {
    if (input.deleted > 0) return { decision: 'KEEP' };
    const isOff = await ports.targets.forgetLeft(input.target, input.run, input.checkedAt);
    return { decision: isOff ? 'DROP' : 'KEEP' };
  };
