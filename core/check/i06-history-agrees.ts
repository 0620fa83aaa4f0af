import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/**
 * I6. Exactly one of commit and take-over wins: a session's image is COMPLETE if and only if its history says so, and a
 * session is RUNNING in the history only while it holds the flag.
 */
export function* historyAgrees({ images, sessions, control }: RootFacts): Iterable<Violation> {
  const broken = (what: string): Violation => ({ invariant: 'I6', what });
  const complete = new Set(images.filter(({ state }) => state === 'COMPLETE').map(({ id }) => id));
  for (const { id, state } of sessions) {
    if (complete.has(id) !== (state === 'COMPLETE')) {
      yield broken(`the history says ${state} of ${id}, whose image is ${complete.has(id) ? '' : 'not '}COMPLETE`);
    }
    if (state === 'RUNNING' && control.flag?.sessionId !== id) yield broken(`${id} is RUNNING without the flag`);
  }
}
