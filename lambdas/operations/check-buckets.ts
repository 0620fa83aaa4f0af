import { DestinationRefused } from '../../core/errors/input-errors.ts';
import { SourceNotFound } from '../../core/errors/source-errors.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The buckets of a backup, that of its logs too, are there and in the Region of the stack.
 * @throws DestinationRefused, SourceNotFound
 */
export async function checkBuckets(
  objects: Pick<ObjectStore, 'bucketRegion'>,
  places: { readonly root: string; readonly source: string; readonly wals?: string | undefined },
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
  const known = new Map<string, string | undefined>([[root.bucket, rootRegion]]);
  const checked: [what: string, bucket: string, region: string][] = [['backup root', root.bucket, rootRegion]];
  for (const [what, field, place] of [
    ['source', 'source', places.source],
    ['place of logs', 'wals', places.wals ?? places.source],
  ] as const) {
    const { bucket } = parseS3Uri(place, field);
    const region = known.has(bucket) ? known.get(bucket) : await objects.bucketRegion(bucket);
    if (region === undefined) {
      throw new SourceNotFound(`there is no bucket ${bucket}`, `correct "${field}"`, { bucket });
    }
    known.set(bucket, region);
    checked.push([what, bucket, region]);
  }
  for (const [what, bucket, region] of checked) {
    if (region === ownRegion) continue;
    throw new DestinationRefused(
      `the ${what}'s bucket ${bucket} is in ${region}, the stack in ${ownRegion}`,
      `deploy a stack in ${region}, or use a bucket in ${ownRegion}`,
      { bucket, region },
    );
  }
}
