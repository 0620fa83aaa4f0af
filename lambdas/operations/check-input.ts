import { tooManyTables } from '../../core/plan/most-tables.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { FullRequest } from '../contracts/fields.ts';
import { parseFullRequest } from '../contracts/full-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { checkBuckets } from './check-buckets.ts';
import { refuseFutureSchedule } from './refuse-future-schedule.ts';

/** {@link checkInputContract}: the typed input, the configuration, that its buckets are there and here, and that the tables are not too many. */
export const checkInput =
  (
    ports: {
      objects: Pick<ObjectStore, 'bucketRegion'>;
      hasTooManyTables(source: S3Uri): Promise<boolean>;
      clock: Clock;
    },
    config: { ROOTS: string[]; SOURCES: string[]; LOGS: string[]; AWS_REGION: string },
  ) =>
  async (input: { input: unknown }): Promise<FullRequest> => {
    const request = parseFullRequest(input.input, { roots: config.ROOTS, sources: config.SOURCES, logs: config.LOGS });
    refuseFutureSchedule(input.input, ports.clock.now());
    await checkBuckets(ports.objects, request, config.AWS_REGION);
    if (request.tables === null && (await ports.hasTooManyTables(parseS3Uri(request.source, 'source')))) {
      throw tooManyTables(`${request.source} has more`);
    }
    return request;
  };
