import type { FailureReason } from '../../core/items.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { readRunFailureContract } from '../contracts/read-run-failure.contract.ts';
import type { InputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { childFailure } from './child-failure.ts';
import { failureReason } from './failure-reason.ts';

/** {@link readRunFailureContract}: the domain error that a map's child left in S3, or the error that the Catch saw. */
export const readRunFailure =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run, error }: InputOf<typeof readRunFailureContract>): Promise<{ reason: FailureReason }> => {
    const seen = failureReason(error, root);
    const left = await childFailure(ports.objects, config.WORK_BUCKET, workPrefix(root, run), seen);
    return { reason: left ?? { ...seen, hint: seen.hint.replace(`holdfast progress ${root}`, 'start it again') } };
  };
