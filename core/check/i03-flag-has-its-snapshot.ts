import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/** I3. While the flag is set, the system snapshot that it names is there with the recorded digest. */
export function* flagHasItsSnapshot({ control, systemSnapshots }: RootFacts): Iterable<Violation> {
  if (control.flag === undefined) return;
  const { key, sha256 } = control.flag.snapshot;
  const found = systemSnapshots.get(key);
  if (found === sha256) return;
  yield { invariant: 'I3', what: `the flag names ${key}, which is ${found === undefined ? 'missing' : 'another'}` };
}
