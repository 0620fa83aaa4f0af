import { type Case, caseOf } from './case.ts';
import { DeployedApp } from './deployed-app.ts';
import { faultsOf, type SeenCall } from './fault.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { type Played, play } from './play.ts';
import { seeded } from './race.ts';
import { RACES } from './races.ts';

/** Plays cases by their tokens, one after another. */
export class Simulator {
  readonly app: DeployedApp;
  /** Per operation: states from which the rest was found right. */
  readonly #visited = new Map<string, Set<string>>();

  constructor(app: DeployedApp) {
    this.app = app;
  }

  static async create(): Promise<Simulator> {
    return new Simulator(await DeployedApp.deploy());
  }

  get states(): number {
    return new Set([...this.#visited.values()].flatMap((states) => [...states])).size;
  }

  /** `isWhole`: the next backup, the clean-up and a restore follow even if the state was seen before. */
  async play(
    token: string,
    options: { readonly isWhole?: boolean; readonly authorize?: boolean } = {},
  ): Promise<Played> {
    const one = caseOf(token);
    const visited = this.#visited.get(one.operation) ?? new Set();
    this.#visited.set(one.operation, visited);
    const { isWhole = false, authorize = true } = options;
    return play(this.app, operationOf(one), one, { authorize, ...(!isWhole && { visited }) });
  }

  /** Every crash point of an operation, found by a clean run: each of its calls with each fault that it may meet. */
  async points(operation: string): Promise<{ calls: readonly SeenCall[]; cases: Case[] }> {
    const clean = await this.play(operation);
    if (clean.violations.length > 0) throw new Error(`${operation} without a fault: ${clean.violations.join('\n')}`);
    const calls = clean.calls.filter(({ phase }) => phase === 'operation');
    const cases = calls.flatMap((call) =>
      faultsOf(call).map((kind): Case => ({ operation, faults: [{ at: call.at, kind }] })),
    );
    return { calls, cases };
  }
}

/** @throws for a name that is none */
function operationOf({ operation, seed }: Case): Operation {
  const found = OPERATIONS.find(({ name }) => name === operation);
  if (found) return found;
  const race = RACES.find(({ name }) => name === operation);
  if (!race) throw new Error(`${operation} is no operation and no race`);
  return seeded(race, seed ?? 1);
}
