import type { ClusterLabels } from '../../core/cluster-description.ts';
import { VisibilityLabelsDiffer } from '../../core/errors/label-errors.ts';
import { compareLabels, labelNames, labelsOfSource } from '../../core/label-mapping.ts';
import { rubyLiteral } from '../../core/ruby-literal.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { LabelCheck } from '../contracts/label-check.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { SealedImage } from './sealed-image.ts';

const NAMED = 20;

/**
 * Visibility tags are ordinals of the source's `hbase:labels`: into a target where they mean other labels nothing is
 * restored. Reads only; the target only if the source has labels.
 * @throws VisibilityLabelsDiffer, ImageDamaged, PlatformUnavailable
 */
export async function checkLabels(
  ports: { readonly objects: ObjectStore; readonly clusters: ClusterFiles },
  of: {
    readonly root: S3Uri;
    readonly image: { readonly id: string; readonly manifestSha256: string };
    readonly target: S3Uri;
    readonly ignoreLabels: boolean;
  },
): Promise<LabelCheck> {
  if (of.ignoreLabels) return { decision: 'IGNORED' };
  const image = new SealedImage(ports.objects, of.root, of.image.id);
  const source = (await image.cluster(await image.manifest(of.image.manifestSha256)))?.labels;
  const found = labelsOfSource(source) ?? compareLabels(source, await ports.clusters.labels(of.target));
  if (found.decision !== 'DIFFERENT') return found;
  throw new VisibilityLabelsDiffer(
    `visibility tags in cells of ${of.image.id} are numbers of the source's labels: ${found.reason}`,
    wayOut(source, of.target),
    { image: of.image.id, target: of.target.uri, reason: found.reason },
  );
}

function wayOut(source: ClusterLabels | undefined, target: S3Uri): string {
  const names = labelNames(source, NAMED).map(rubyLiteral).join(', ');
  return [
    `nothing was restored; give a new cluster over ${target.uri} the same labels in the same order (add_labels [${names}];`,
    "then flush 'hbase:labels'), or restore into the source's cluster; if no cell of the tables has a visibility tag, --ignore-labels",
  ].join(' ');
}
