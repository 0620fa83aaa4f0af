import type { ClusterLabels } from './cluster-description.ts';
import { SYSTEM_LABEL } from './hbase/cluster/labels.ts';

export type LabelDecision =
  /** The source has no labels: no tag can name one. */
  | { readonly decision: 'NONE' }
  /** Every label of the source has its ordinal in the target. */
  | { readonly decision: 'SAME' }
  /** What the tags of the source mean is not known. */
  | { readonly decision: 'UNKNOWN'; readonly reason: string }
  | { readonly decision: 'DIFFERENT'; readonly reason: string };

/** Labels that a tag can name, by ordinal; the system label is every cluster's, and no cell's. */
const ownLabels = (labels: ClusterLabels) =>
  labels.state === 'SEEN' ? labels.entries.filter(({ name }) => name !== SYSTEM_LABEL) : [];

/** What tags of the source mean without looking at the target; undefined: that decides. */
export function labelsOfSource(source: ClusterLabels | undefined): LabelDecision | undefined {
  if (source === undefined)
    return { decision: 'UNKNOWN', reason: 'the image is of a release that did not note labels' };
  if (source.state === 'ABSENT') return { decision: 'NONE' };
  if (source.state === 'UNREADABLE') return { decision: 'UNKNOWN', reason: source.reason };
  if (source.files === 0) return { decision: 'UNKNOWN', reason: 'hbase:labels of the source had nothing in files' };
  return ownLabels(source).length === 0 ? { decision: 'NONE' } : undefined;
}

/** Whether tags of the source mean the same in the target (DefaultVisibilityLabelServiceImpl: a tag has ordinals). */
export function compareLabels(source: ClusterLabels | undefined, target: ClusterLabels): LabelDecision {
  const decided = labelsOfSource(source);
  if (decided !== undefined) return decided;
  const different = (reason: string): LabelDecision => ({ decision: 'DIFFERENT', reason });
  if (target.state === 'ABSENT') return different('the target has no hbase:labels, so that it would show every cell');
  if (target.state === 'UNREADABLE') return different(`hbase:labels of the target cannot be read: ${target.reason}`);
  const there = new Map(target.entries.map(({ ordinal, name }) => [ordinal, name]));
  const other = ownLabels(source!).find(({ ordinal, name }) => there.get(ordinal) !== name);
  if (other === undefined) return { decision: 'SAME' };
  const means = there.get(other.ordinal);
  const instead = means === undefined ? 'no label that its files show' : JSON.stringify(means);
  return different(`${other.ordinal} is ${JSON.stringify(other.name)} in the source, and ${instead} in the target`);
}

/** Names in the order of their ordinals, at most so many. */
export const labelNames = (source: ClusterLabels | undefined, most: number): string[] =>
  (source === undefined ? [] : ownLabels(source))
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .slice(0, most)
    .map(({ name }) => name);
