import type { ClusterDescription } from '../core/cluster-description.ts';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { CLUSTER_NAME, imagePrefix } from '../core/image-layout.ts';
import type { ImageRecord } from '../core/items.ts';
import type { S3Uri } from '../core/s3-uri.ts';
import { SealedImage } from '../lambdas/operations/sealed-image.ts';
import type { World } from './compose.ts';
import { plural } from './text.ts';

const SECTIONS = {
  namespaces: 'namespace',
  grants: 'permission',
  labels: 'visibility label',
  quotas: 'quota',
} as const;
type Section = keyof typeof SECTIONS;

/** What `cluster.json` of an image has, for `describe`; `reason`: why that is not known. */
export interface DescribedCluster {
  readonly at: string;
  /** How many entries; null: the source had no such table. */
  readonly sections: Readonly<Partial<Record<Section, number | null>>>;
  readonly unreadable: Readonly<Partial<Record<Section, string>>>;
  readonly reason?: string;
}

/** Undefined: the image is not COMPLETE, or from before it was described. */
export async function describedCluster(
  { objects }: Pick<World, 'objects'>,
  root: S3Uri,
  { id, state, manifestSha256 }: ImageRecord,
): Promise<DescribedCluster | undefined> {
  if (state !== 'COMPLETE' || manifestSha256 === undefined) return undefined;
  const at = `s3://${root.bucket}/${imagePrefix(root, id)}${CLUSTER_NAME}`;
  const image = new SealedImage(objects, root, id);
  try {
    const cluster = await image.cluster(await image.manifest(manifestSha256));
    return cluster && { at, ...countsOf(cluster) };
  } catch (error) {
    // What the records say is shown in any case.
    if (!(error instanceof HoldfastError)) throw error;
    return { at, sections: {}, unreadable: {}, reason: error.message };
  }
}

function countsOf(cluster: ClusterDescription) {
  const sections: Partial<Record<Section, number | null>> = {};
  const unreadable: Partial<Record<Section, string>> = {};
  for (const name of Object.keys(SECTIONS) as Section[]) {
    const section = cluster[name];
    if (section.state === 'UNREADABLE') unreadable[name] = section.reason;
    else sections[name] = section.state === 'SEEN' ? section.entries.length : null;
  }
  return { sections, unreadable };
}

export function clusterLine({ at, sections, unreadable, reason }: DescribedCluster): string {
  if (reason !== undefined) return `not known: ${reason}`;
  const counted = (Object.keys(SECTIONS) as Section[]).flatMap((name) =>
    typeof sections[name] === 'number' ? [plural(sections[name], SECTIONS[name])] : [],
  );
  const seen = counted.length === 0 ? 'nothing' : counted.join(', ');
  const lost = Object.entries(unreadable).map(([name, why]) => `\n${name} not known: ${why}`);
  return `${seen}, as far as files of the source showed it: ${at}${lost.join('')}`;
}
