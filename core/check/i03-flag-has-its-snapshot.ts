import { wrongWithRecorded } from './i03-recorded-snapshot.ts';
import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/** I3. While the flag is set, the system snapshot that it names is there with the recorded count and digest. */
export function* flagHasItsSnapshot({ control, systemSnapshots }: RootFacts): Iterable<Violation> {
  if (control.flag === undefined) return;
  const { snapshot } = control.flag;
  const wrong = wrongWithRecorded(snapshot, systemSnapshots.get(snapshot.key));
  if (wrong !== undefined) yield { invariant: 'I3', what: `the flag names ${snapshot.key}, which ${wrong}` };
}
