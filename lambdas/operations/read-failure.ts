import { z } from 'zod';
import type { FailureReason } from '../../core/items.ts';
import { failuresPrefix, workPrefix } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { failureReason } from './failure-reason.ts';
import { findOwnSession } from './find-own-session.ts';

const failureSchema = z.object({ name: z.string(), message: z.string(), hint: z.string() });

/** What a Distributed Map throws whatever its child failed of ("Handling errors in Step Functions workflows"). */
const MAP_ERRORS = new Set([
  'States.ExceedToleratedFailureThreshold',
  'States.ItemReaderFailed',
  'States.ResultWriterFailed',
]);

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
    const left = MAP_ERRORS.has(seen.name)
      ? await childFailure(ports.objects, config.WORK_BUCKET, workPrefix(input.root, sessionId))
      : undefined;
    return { sessionId, reason: left ?? seen };
  };

/**
 * The first failure that a child of a map left below a run's work prefix. One that is retried may have been overcome:
 * it is the reason only if there is no other.
 */
export async function childFailure(
  objects: ObjectStore,
  bucket: string,
  work: string,
): Promise<FailureReason | undefined> {
  let retried: FailureReason | undefined;
  for await (const { key } of objects.list(bucket, failuresPrefix(work))) {
    const stored = await objects.get(bucket, key, 1 << 20);
    const parsed = failureSchema.safeParse(stored && safeJson(stored.bytes));
    if (parsed.success && parsed.data.name !== 'PlatformUnavailable') return parsed.data;
    if (parsed.success) retried ??= parsed.data;
  }
  return retried;
}

function safeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // torn: the Catch's own error is reported instead
  }
}
