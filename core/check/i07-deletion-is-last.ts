import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/**
 * I7. No surviving image depends on a deleted one: what a COMPLETE image lists is held by images that are COMPLETE or
 * SHELL. What is DELETING is on the clean-up list until its record goes, in one transaction. A SHELL has the marker, or
 * the entry that will put it, and a COMPLETE image that lists it; a VOID marker stands over no image that is to stay.
 * That data is not removed before the marker stands is I1's: a sealed manifest never stands over missing bytes.
 */
export function* deletionIsLast({ images, manifests, cleanUp }: RootFacts): Iterable<Violation> {
  const broken = (what: string): Violation => ({ invariant: 'I7', what });
  const stateOf = new Map(images.map(({ id, state }) => [id, state]));
  const entries = new Set(cleanUp.map(({ outcome, sessionId }) => `${outcome} ${sessionId}`));
  const listed = new Set<string>();
  for (const { id, state, holders } of images) {
    if (state !== 'COMPLETE') continue;
    for (const holder of holders) {
      listed.add(holder);
      const is = stateOf.get(holder);
      if (is !== 'COMPLETE' && is !== 'SHELL') yield broken(`${id} lists bytes of ${holder}, which is ${is ?? 'gone'}`);
    }
  }
  for (const { id, state } of images) {
    const marker = manifests.get(id)?.kind;
    if (state === 'DELETING' && !entries.has(`DELETED ${id}`)) yield broken(`${id} is DELETING and on no list`);
    if (state === 'COMPLETE' && marker === 'SHELL') yield broken(`${id} is COMPLETE under a SHELL marker`);
    if (state !== 'SHELL') continue;
    if (!listed.has(id)) yield broken(`${id} is a SHELL that no COMPLETE image lists`);
    const isMarked = marker === 'SHELL' || (marker === 'IMAGE' && entries.has(`SHELL ${id}`));
    if (!isMarked) yield broken(`${id} is a SHELL and its manifest's key holds ${marker ?? 'nothing'}`);
  }
  for (const { outcome, sessionId } of cleanUp) {
    const is = stateOf.get(sessionId);
    if (outcome === 'DELETED' && is !== 'DELETING')
      yield broken(`${sessionId} is to be removed and is ${is ?? 'gone'}`);
    if (outcome === 'SHELL' && is !== 'SHELL' && is !== 'DELETING' && is !== undefined)
      yield broken(`files of ${sessionId} are to be removed and it is ${is}`);
  }
}
