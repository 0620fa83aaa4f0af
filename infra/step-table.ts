import type { z } from 'zod';
import type { Environment, StepContract } from '../lambdas/contracts/step-contract.ts';
import type { Grant, Grants } from './grants.ts';
import type { MachineGrants } from './machine-grants.ts';
import type { FunctionSize } from './sizes.ts';

/** Every variable that the stack can give to a function, and its text. */
export interface StackEnvironment {
  readonly TABLE_NAME: string;
  readonly TABLE_ARN: string;
  readonly SYSTEM_BUCKET: string;
  readonly WORK_BUCKET: string;
  readonly ROOTS: string;
  readonly SOURCES: string;
  readonly LOGS: string;
  readonly TARGETS: string;
  readonly STEP_LIFE_SECONDS: string;
}

/** Variables that exist only once a state machine does: for functions that no state machine calls. */
export interface MachineEnvironment {
  readonly REPAIR_STATE_MACHINE_ARN: string;
  readonly AUTO_REPAIR: 'true' | 'false';
}

/** Variables that Lambda sets by itself. */
type SetByLambda = 'AWS_REGION';

type Missing<E extends Environment, Given> = Exclude<keyof z.input<E>, keyof Given | SetByLambda>;

/** Fails to compile where a contract asks for a variable that the stack does not give. */
type Satisfied<E extends Environment, Given> = [Missing<E, Given>] extends [never]
  ? unknown
  : { readonly missingInStackEnvironment: Missing<E, Given> };

export interface DeployedStep {
  readonly name: string;
  /** Names of the variables that the contract asks for and Lambda does not set by itself. */
  readonly variables: readonly string[];
  readonly size: FunctionSize;
  readonly grants: (grants: Grants) => readonly (Grant | readonly Grant[])[];
  /** What the step may do with the stack's own state machines. */
  readonly machineGrants?: (machines: MachineGrants) => readonly Grant[];
  /** Called by a schedule or an event, by no state machine. */
  readonly standalone: boolean;
}

type GrantsOf = DeployedStep['grants'];
type MachineGrantsOf = NonNullable<DeployedStep['machineGrants']>;

const variablesOf = (environment: Environment): string[] =>
  Object.keys(environment.shape).filter((name) => !name.startsWith('AWS_'));

/** A step that a state machine calls. */
export function deployed<E extends Environment, I extends z.ZodType, O extends z.ZodType>(
  contract: StepContract<E, I, O> & Satisfied<E, StackEnvironment>,
  size: FunctionSize,
  grants: GrantsOf,
  machineGrants?: MachineGrantsOf,
): DeployedStep {
  const { name, environment } = contract;
  return {
    name,
    variables: variablesOf(environment),
    size,
    grants,
    standalone: false,
    ...(machineGrants && { machineGrants }),
  };
}

/** A step that a schedule or an event calls; it may know the state machines. */
export function standalone<E extends Environment, I extends z.ZodType, O extends z.ZodType>(
  contract: StepContract<E, I, O> & Satisfied<E, StackEnvironment & MachineEnvironment>,
  size: FunctionSize,
  grants: GrantsOf,
  machineGrants: MachineGrantsOf,
): DeployedStep {
  const { name, environment } = contract;
  return { name, variables: variablesOf(environment), size, grants, machineGrants, standalone: true };
}

/** `PlanBackup` → `plan-backup`: the name of its handler's file and of its bundle. */
export const kebabCase = (name: string): string => name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
