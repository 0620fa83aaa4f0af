import type { FullRequest } from '../contracts/fields.ts';
import { parseFullRequest } from '../contracts/full-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { checkBuckets } from './check-buckets.ts';

/** {@link checkInputContract}: the typed input, the configuration, and that both buckets are there and here. */
export const checkInput =
  (
    ports: { objects: Pick<ObjectStore, 'bucketRegion'> },
    config: { ROOTS: string[]; SOURCES: string[]; AWS_REGION: string },
  ) =>
  async (input: { input: unknown }): Promise<FullRequest> => {
    const request = parseFullRequest(input.input, { roots: config.ROOTS, sources: config.SOURCES });
    await checkBuckets(ports.objects, request, config.AWS_REGION);
    return request;
  };
