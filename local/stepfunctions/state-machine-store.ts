import { ServiceError } from '../service.ts';
import { compileDefinition } from './compile-definition.ts';
import type { CompiledMachine } from './compiled-state.ts';
import type { JsonObject } from './json.ts';
import { validateDefinition } from './validate-definition.ts';

/** What a machine was at one time. Executions hold on to theirs. */
export interface Revision {
  readonly revisionId: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly atMs: number;
}

export interface Version {
  readonly number: number;
  readonly revision: Revision;
  readonly description: string | undefined;
  readonly createdMs: number;
}

export interface Alias {
  readonly name: string;
  readonly description: string | undefined;
  readonly routes: readonly { readonly stateMachineVersionArn: string; readonly weight: number }[];
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Plain data, journaled whole at every change. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly createdMs: number;
  readonly revision: Revision;
  readonly lastVersion: number;
  readonly versions: readonly Version[];
  readonly aliases: readonly Alias[];
  /** Members of CreateStateMachine that are kept and shown, without effect here. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a state machine's ARN, a version's or an alias's stands for. */
export interface Target {
  readonly machine: StateMachine;
  readonly revision: Revision;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
}

export const doesNotExist = (arn: unknown): ServiceError =>
  new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

/** State machines with their versions and aliases; definitions are compiled once a revision. */
export class StateMachineStore {
  readonly #machines = new Map<string, StateMachine>();
  readonly #revisions = new Map<string, Revision>();
  readonly #compiled = new Map<string, CompiledMachine>();
  readonly #functions: Record<string, unknown>;

  constructor(functions: Record<string, unknown>) {
    this.#functions = functions;
  }

  all(): StateMachine[] {
    return [...this.#machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(arn: unknown): StateMachine | undefined {
    return this.#machines.get(String(arn));
  }

  /** @throws ServiceError StateMachineDoesNotExist */
  get(arn: unknown): StateMachine {
    const machine = this.find(arn);
    if (!machine) throw doesNotExist(arn);
    return machine;
  }

  put(machine: StateMachine): void {
    this.#machines.set(machine.arn, machine);
    for (const { revision } of [machine, ...machine.versions]) this.#revisions.set(revision.revisionId, revision);
  }

  /** Also of machines that were updated or deleted since. */
  revision(revisionId: string): Revision | undefined {
    return this.#revisions.get(revisionId);
  }

  delete(arn: string): void {
    this.#machines.delete(arn);
  }

  /**
   * An alias picks one of its versions by weight.
   * @throws ServiceError StateMachineDoesNotExist
   */
  resolve(arn: string, random: () => number): Target {
    const [base, qualifier] = splitQualifier(arn);
    const machine = this.#machines.get(base);
    if (!machine) throw doesNotExist(arn);
    if (qualifier === undefined) {
      return { machine, revision: machine.revision, versionArn: undefined, aliasArn: undefined };
    }
    const alias = machine.aliases.find(({ name }) => name === qualifier);
    const versionArn = alias ? routed(alias, random) : arn;
    const version = machine.versions.find(({ number }) => `${base}:${number}` === versionArn);
    if (!version) throw doesNotExist(arn);
    return { machine, revision: version.revision, versionArn, aliasArn: alias && arn };
  }

  /** @throws ServiceError InvalidDefinition */
  compile(definition: string, revisionId?: string): CompiledMachine {
    const known = revisionId === undefined ? undefined : this.#compiled.get(revisionId);
    if (known) return known;
    const problems = validateDefinition(definition);
    if (problems.length > 0) {
      const text = problems.map(({ message, location }) => `${message} at ${location}`).join(', ');
      throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${text}'`);
    }
    const compiled = compileDefinition(JSON.parse(definition) as JsonObject, this.#functions);
    if (revisionId !== undefined) this.#compiled.set(revisionId, compiled);
    return compiled;
  }
}

/** `…:stateMachine:name:qualifier` → the machine's ARN and the qualifier. */
export function splitQualifier(arn: string): [string, string | undefined] {
  const parts = arn.split(':');
  return [parts.slice(0, 7).join(':'), parts[7]];
}

function routed(alias: Alias, random: () => number): string | undefined {
  if (alias.routes.length === 1) return alias.routes[0]!.stateMachineVersionArn;
  let left = random() * 100;
  for (const route of alias.routes) {
    left -= route.weight;
    if (left < 0) return route.stateMachineVersionArn;
  }
  return alias.routes.at(-1)?.stateMachineVersionArn;
}
