import { canonicalJson } from '../canonical-json.ts';
import { CONTROL, type Item } from '../items.ts';
import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

const linesOf = (items: readonly Item[]): Map<string, string> =>
  new Map(items.filter(({ sk }) => sk !== CONTROL).map((item) => [item.sk, canonicalJson(item)]));

/** I4. After a roll-back the items are those of before, item for item; only `epoch` and `version` have grown. */
export function* rolledBackIsAsBefore(before: RootFacts, after: RootFacts): Iterable<Violation> {
  const broken = (what: string): Violation => ({ invariant: 'I4', what });
  const then = linesOf(before.items);
  const now = linesOf(after.items);
  for (const [key, line] of then) {
    if (now.get(key) !== line) yield broken(`${key} ${now.has(key) ? 'is another' : 'is gone'}`);
  }
  for (const key of now.keys()) if (!then.has(key)) yield broken(`${key} was left`);
  if (after.control.flag !== undefined) yield broken(`the flag of ${after.control.flag.sessionId} is set`);
  if (after.control.epoch < before.control.epoch) yield broken('the epoch went back');
  if (after.control.version < before.control.version) yield broken('the version went back');
}
