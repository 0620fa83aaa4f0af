import { decodeCluster, encodeCluster, MAX_CLUSTER_BYTES } from '../../core/cluster-description.ts';
import { sha256 } from '../../core/digest.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { CLUSTER_NAME, imagePrefix } from '../../core/image-layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Puts `cluster.json` into the image, If-None-Match, and answers its digest. A second run of the step may see the source
 * otherwise: what the first one wrote counts (I10). Its intent is the session's (I5).
 * @throws ImageConflict, PlatformUnavailable
 */
export async function describeCluster(
  objects: Pick<ObjectStore, 'putOnce' | 'get'>,
  clusters: ClusterFiles,
  of: { readonly root: string; readonly sessionId: string; readonly source: string; readonly clusterId: string },
): Promise<string> {
  const root = parseS3Uri(of.root, 'root');
  const key = `${imagePrefix(root, of.sessionId)}${CLUSTER_NAME}`;
  const bytes = encodeCluster(await clusters.describe(parseS3Uri(of.source, 'source'), of.clusterId));
  const { decision } = await objects.putOnce(root.bucket, key, bytes);
  if (decision === 'CREATED') return sha256(bytes);
  const there = await objects.get(root.bucket, key, MAX_CLUSTER_BYTES);
  if (there !== undefined && decodeCluster(there.bytes)?.clusterId === of.clusterId) return sha256(there.bytes);
  throw new ImageConflict(
    `s3://${root.bucket}/${key} is there already and describes no cluster, or another one`,
    'start the backup again: it gets a prefix of its own',
    { key },
  );
}
