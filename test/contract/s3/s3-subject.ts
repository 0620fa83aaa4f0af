import type { S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';

/** Anything with the SDK's `send`. */
export type AnyS3 = Pick<S3Client, 'send'>;

/** What a conformance suite runs against. */
export interface S3Subject {
  readonly s3: AnyS3;
  accountId(): string;
  /** A new, empty bucket. */
  bucket(options?: { versioning?: boolean }): Promise<string>;
  /** One case. A case that is a known deviation of the subject must fail, so that a repaired one is noticed. */
  check(name: string, run: () => Promise<void>): void;
}

let count = 0;
export const uniqueBucketName = (): string => `holdfast-check-${Date.now().toString(36)}-${++count}`;

/** `deviations`: names of cases that this subject is known to fail. */
export function checker(deviations: ReadonlySet<string>): S3Subject['check'] {
  return (name, run) => {
    if (deviations.has(name)) it.fails(`${name} (known deviation)`, run);
    else it(name, run);
  };
}

/** The error of a refused request: its name and HTTP status. */
export async function refusal(work: Promise<unknown>): Promise<{ name: string; status: number; error: Error }> {
  try {
    await work;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode ?? 0, error: error as Error };
  }
  return expect.unreachable('the request was not refused');
}

/** Expects a refusal by `name` (the service's code) and status. */
export async function expectRefused(work: Promise<unknown>, name: string, status: number): Promise<Error> {
  const refused = await refusal(work);
  expect({ name: refused.name, status: refused.status }).toEqual({ name, status });
  return refused.error;
}
