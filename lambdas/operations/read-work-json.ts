import type { z } from 'zod';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { firstIssue } from '../contracts/first-issue.ts';

/** Where the text is from, and what a person does if it cannot be used. */
export interface WorkObject {
  readonly bucket: string;
  readonly key: string;
  readonly next: 'start it again' | 'start the backup again';
}

/**
 * JSON that a step left in the work bucket: a whole object, or one line of it. Only this stack writes there; what cannot
 * be read all the same is an error of the domain that names the object (I9): no other has an exit code and a hint.
 * @throws UnknownAnswer
 */
export function readWorkJson<S extends z.ZodType>(
  schema: S,
  json: string | Uint8Array,
  { bucket, key, next }: WorkObject,
): z.infer<S> {
  const damaged = (why: string) => new UnknownAnswer(`s3://${bucket}/${key} ${why}`, next, { bucket, key });
  let value: unknown;
  try {
    value = JSON.parse(typeof json === 'string' ? json : Buffer.from(json).toString('utf8'));
  } catch {
    throw damaged('is damaged: no JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, message } = firstIssue(parsed.error);
  throw damaged(`is not what this release writes: ${field}: ${message}`);
}
