import { DestinationRefused } from '../../core/errors/input-errors.ts';
import { SourceNotFound } from '../../core/errors/source-errors.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { FullRequest } from '../contracts/fields.ts';
import { parseFullRequest } from '../contracts/full-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** {@link checkInputContract}: the typed input, the configuration, and that both buckets are there and here. */
export const checkInput =
  (
    ports: { objects: Pick<ObjectStore, 'bucketRegion'> },
    config: { ROOTS: string[]; SOURCES: string[]; AWS_REGION: string },
  ) =>
  async (input: { input: unknown }): Promise<FullRequest> => {
    const request = parseFullRequest(input.input, { roots: config.ROOTS, sources: config.SOURCES });
    const root = parseS3Uri(request.root, 'root');
    const rootRegion = await ports.objects.bucketRegion(root.bucket);
    if (rootRegion === undefined) {
      throw new DestinationRefused(
        `there is no bucket ${root.bucket}`,
        'create it in the Region of the stack, then run it again',
        { bucket: root.bucket },
      );
    }
    const source = parseS3Uri(request.source, 'source');
    const sourceRegion = source.bucket === root.bucket ? rootRegion : await ports.objects.bucketRegion(source.bucket);
    if (sourceRegion === undefined) {
      throw new SourceNotFound(`there is no bucket ${source.bucket}`, 'correct "source"', { bucket: source.bucket });
    }
    for (const [what, bucket, region] of [
      ['backup root', root.bucket, rootRegion],
      ['source', source.bucket, sourceRegion],
    ] as const) {
      if (region === config.AWS_REGION) continue;
      throw new DestinationRefused(
        `the ${what}'s bucket ${bucket} is in ${region}, the stack in ${config.AWS_REGION}`,
        `deploy a stack in ${region}, or use a bucket in ${config.AWS_REGION}`,
        { bucket, region },
      );
    }
    return request;
  };
