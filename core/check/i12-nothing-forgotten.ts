import { imagesPrefix, rootMarkerKey } from '../image-layout.ts';
import { parseS3Uri } from '../s3-uri.ts';
import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/**
 * I12. Every object, version, delete marker and unfinished upload below the root belongs to an image past
 * CREATING, to the session that holds the flag, or to an entry of the clean-up list after a roll-back; the root marker
 * to the root. Temporary data lies in the work bucket, which these facts do not show.
 */
export function* nothingForgotten(facts: RootFacts): Iterable<Violation> {
  const root = parseS3Uri(facts.root, 'root');
  const images = imagesPrefix(root);
  const owners = new Set([
    ...facts.images.filter(({ state }) => state !== 'CREATING').map(({ id }) => id),
    ...facts.cleanUp.filter(({ outcome }) => outcome === 'ROLLED_BACK').map(({ sessionId }) => sessionId),
    ...(facts.control.flag ? [facts.control.flag.sessionId] : []),
  ]);
  for (const key of facts.everyKey) {
    if (key === rootMarkerKey(root)) continue;
    const id = key.startsWith(images) ? (key.slice(images.length).split('/')[0] ?? '') : '';
    if (!owners.has(id)) yield { invariant: 'I12', what: `${key} belongs to nobody` };
  }
}
