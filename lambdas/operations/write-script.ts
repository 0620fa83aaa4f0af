import type { ClusterDescription } from '../../core/cluster-description.ts';
import { ImageDamaged } from '../../core/errors/image-errors.ts';
import { CLUSTER_NAME, imagePrefix } from '../../core/image-layout.ts';
import { scriptKey } from '../../core/restore-layout.ts';
import { restoreScript, type ScriptTable } from '../../core/restore-script.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { RestoreRequest } from '../contracts/restore-request.ts';
import type { RestoreScript } from '../contracts/restore-script.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { SealedImage } from './sealed-image.ts';

/** In the execution's output; a longer one is only in the work bucket. */
const MOST_BYTES = 40_000;

/** Puts the script that finishes a restore into the work bucket; the same at every run (I10). */
export async function writeScript(
  objects: ObjectStore,
  place: { readonly bucket: string; readonly work: string },
  request: RestoreRequest,
  tables: readonly ScriptTable[],
): Promise<RestoreScript> {
  const root = parseS3Uri(request.root, 'root');
  const { text, ...counts } = restoreScript({
    title: `Finishes the restore ${request.run} of ${request.image} into ${request.target}`,
    tables,
    cluster: await clusterOf(new SealedImage(objects, root, request.image), request),
    described: `s3://${root.bucket}/${imagePrefix(root, request.image)}${CLUSTER_NAME}`,
  });
  const bytes = Buffer.from(text);
  const key = scriptKey(place.work);
  await objects.put(place.bucket, key, bytes);
  return { at: `s3://${place.bucket}/${key}`, text: bytes.length > MOST_BYTES ? null : text, ...counts };
}

/** The tables are published by now: a description that was damaged since the check stops nothing any more. */
async function clusterOf(
  image: SealedImage,
  { manifestSha256 }: RestoreRequest,
): Promise<ClusterDescription | undefined> {
  try {
    return await image.cluster(await image.manifest(manifestSha256));
  } catch (error) {
    if (error instanceof ImageDamaged) return undefined;
    throw error;
  }
}
