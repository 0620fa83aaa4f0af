import type { FailureReason } from '../../core/items.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { childFailure } from './child-failure.ts';
import { failureReason } from './failure-reason.ts';
import { findOwnSession } from './find-own-session.ts';

interface Input {
  readonly root: string;
  readonly execution: { readonly arn: string; readonly startTime: string };
  readonly error: { readonly Error?: string | undefined; readonly Cause?: string | undefined };
}

/** {@link readFailureContract}: the domain error that a map's child left in S3, or the error that the Catch saw. */
export const readFailure =
  (ports: { table: SystemTable; objects: ObjectStore }, config: { WORK_BUCKET: string }) =>
  async (input: Input): Promise<{ sessionId: string | null; reason: FailureReason }> => {
    const sessionId = await findOwnSession(ports.table, input.root, input.execution);
    const seen = failureReason(input.error, input.root);
    if (sessionId === undefined) return { sessionId: null, reason: seen };
    const left = await childFailure(ports.objects, config.WORK_BUCKET, workPrefix(input.root, sessionId), seen);
    return { sessionId, reason: left ?? seen };
  };
