import { rolledBackIsAsBefore } from '../../../core/check/i04-rolled-back-is-as-before.ts';
import type { Call } from '../../../local/hub.ts';
import { type FaultBench, type Held, INPUT, type Moment } from '../../support/fault-bench.ts';
import { ROOT } from '../../support/holdfast-cloud.ts';
import { rootFacts, violationsOf } from '../../support/root-facts.ts';

/**
 * Plays what a rule of the protocol is there for, with the rule or without it (a change of the calls at the seam of the
 * platform), and answers what is broken then.
 */
export type Scenario = (bench: FaultBench, isWithout: boolean) => Promise<string[]>;

export type Action = Record<string, Record<string, unknown>>;

/** Changes the input of calls. */
export function change(
  bench: FaultBench,
  what: string,
  matches: (call: Call) => boolean,
  to: (input: Record<string, unknown>) => Record<string, unknown>,
): void {
  bench.at(what, matches, (call, next) => next({ ...call, input: to(call.input) }));
}

/** Changes the actions of a step's transactions. */
export function changeActions(bench: FaultBench, step: string, to: (actions: Action[]) => Action[]): void {
  change(bench, `transactions of ${step}`, bench.transactionOf(step), (input) => ({
    ...input,
    TransactItems: to(input.TransactItems as Action[]),
  }));
}

export const holdCopy = (bench: FaultBench): Held => bench.hold('a copy', (call) => call.operation === 'CopyObject');

/** A session that is stopped while such a call of its is under way. */
export async function stoppedWith(bench: FaultBench, held: Held): Promise<void> {
  const arn = await bench.start('FullBackupStateMachine', INPUT);
  await held.arrived;
  await bench.stop(arn);
}

export const nowViolated = async (bench: FaultBench): Promise<string[]> => violationsOf(await rootFacts(bench.h, ROOT));

/** What is broken of I4, too. */
export async function notAsBefore(bench: FaultBench, before: Moment): Promise<string[]> {
  const after = await rootFacts(bench.h, ROOT);
  return [...rolledBackIsAsBefore(before.facts, after)].map(({ what }) => what).concat(violationsOf(after));
}
