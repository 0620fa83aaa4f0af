import { DestinationRefused } from '../../core/errors/input-errors.ts';
import { SourceNotFound } from '../../core/errors/source-errors.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Both buckets of a backup are there, in the Region of the stack.
 * @throws DestinationRefused, SourceNotFound
 */
export async function checkBuckets(
  objects: Pick<ObjectStore, 'bucketRegion'>,
  places: { readonly root: string; readonly source: string },
  ownRegion: string,
): Promise<void> {
  const root = parseS3Uri(places.root, 'root');
  const rootRegion = await objects.bucketRegion(root.bucket);
  if (rootRegion === undefined) {
    throw new DestinationRefused(
      `there is no bucket ${root.bucket}`,
      'create it in the Region of the stack, then run it again',
      { bucket: root.bucket },
    );
  }
  const source = parseS3Uri(places.source, 'source');
  const sourceRegion = source.bucket === root.bucket ? rootRegion : await objects.bucketRegion(source.bucket);
  if (sourceRegion === undefined) {
    throw new SourceNotFound(`there is no bucket ${source.bucket}`, 'correct "source"', { bucket: source.bucket });
  }
  for (const [what, bucket, region] of [
    ['backup root', root.bucket, rootRegion],
    ['source', source.bucket, sourceRegion],
  ] as const) {
    if (region === ownRegion) continue;
    throw new DestinationRefused(
      `the ${what}'s bucket ${bucket} is in ${region}, the stack in ${ownRegion}`,
      `deploy a stack in ${region}, or use a bucket in ${ownRegion}`,
      { bucket, region },
    );
  }
}
