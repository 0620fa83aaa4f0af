import type { SessionRecord } from '../items.ts';
import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/**
 * I6. Exactly one of commit and take-over wins: a backup's image is past CREATING if and only if its history says
 * COMPLETE, until a COMPLETE deletion that names it; and a session is RUNNING in the history only while it holds the flag.
 */
export function* historyAgrees({ images, sessions, control }: RootFacts): Iterable<Violation> {
  const broken = (what: string): Violation => ({ invariant: 'I6', what });
  const stateOf = new Map(images.map(({ id, state }) => [id, state]));
  const deletions = sessions.filter(({ operation }) => operation === 'delete');
  const deleted = new Set(deletions.filter(({ state }) => state === 'COMPLETE').flatMap(deletedBy));
  for (const { id, state, operation } of sessions) {
    if (state === 'RUNNING' && control.flag?.sessionId !== id) yield broken(`${id} is RUNNING without the flag`);
    const is = stateOf.get(id);
    if (operation === 'delete') {
      if (is !== undefined) yield broken(`${id} is a deletion and has an image`);
      continue;
    }
    const isMade = is !== undefined && is !== 'CREATING';
    if (state === 'COMPLETE' && !isMade && !deleted.has(id)) {
      yield broken(`the history says COMPLETE of ${id}, whose image is ${is ?? 'not there'}`);
    }
    if (state !== 'COMPLETE' && isMade) yield broken(`the history says ${state} of ${id}, whose image is ${is}`);
    if (is === 'COMPLETE' && deleted.has(id)) yield broken(`${id} was deleted and is COMPLETE`);
  }
}

/** Images that a deletion took away, as its summary names them. */
const deletedBy = ({ summary }: SessionRecord): string[] =>
  Array.isArray(summary?.images) ? summary.images.map((one) => String((one as { id?: unknown }).id)) : [];
