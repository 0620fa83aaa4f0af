import type { FailureReason } from '../../core/items.ts';
import { failuresPrefix } from '../../core/stack-layout.ts';
import { reasonField } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What a Distributed Map throws whatever its child failed of ("Handling errors in Step Functions workflows"). */
const MAP_ERRORS = new Set([
  'States.ExceedToleratedFailureThreshold',
  'States.ItemReaderFailed',
  'States.ResultWriterFailed',
]);

/**
 * If what the Catch saw is the error of a map: the first failure that a child of it left below the run's work prefix.
 * One that is retried may have been overcome: it is the reason only if there is no other.
 */
export async function childFailure(
  objects: Pick<ObjectStore, 'list' | 'get'>,
  bucket: string,
  work: string,
  seen: FailureReason,
): Promise<FailureReason | undefined> {
  if (!MAP_ERRORS.has(seen.name)) return undefined;
  let retried: FailureReason | undefined;
  for await (const { key } of objects.list(bucket, failuresPrefix(work))) {
    const stored = await objects.get(bucket, key, 1 << 20);
    const parsed = reasonField.safeParse(stored && safeJson(stored.bytes));
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
