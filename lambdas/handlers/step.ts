import type { z } from 'zod';
import { DeployedMidRun, InvalidInput } from '../../core/errors/input-errors.ts';
import type { Clients } from '../adapters/clients.ts';
import { CONTRACT, type Environment, type StepContract } from '../contracts/step-contract.ts';
import type { StepRun } from '../ports/step-run.ts';

export type StepFunction = (event: unknown, run: StepRun) => Promise<unknown>;

/** A step: its contract, and how to make its function from an environment and clients. */
export interface Step {
  readonly name: string;
  create(environment: Record<string, string | undefined>, clients: Clients): StepFunction;
}

/**
 * Binds a contract to the operation that keeps it. The environment is parsed once, the input and the output each time.
 * @throws DeployedMidRun when the caller's contract number is another one, InvalidInput naming the bad field
 */
export function defineStep<E extends Environment, I extends z.ZodType, O extends z.ZodType>(
  contract: StepContract<E, I, O>,
  compose: (environment: z.infer<E>, clients: Clients) => (input: z.infer<I>, run: StepRun) => Promise<z.input<O>>,
): Step {
  return {
    name: contract.name,
    create(environment, clients) {
      const operation = compose(contract.environment.parse(environment), clients);
      return async (event, run) => {
        const stated =
          (event as { contract?: unknown } | null)?.contract ??
          (event as { BatchInput?: { contract?: unknown } })?.BatchInput?.contract;
        if (stated !== CONTRACT) {
          throw new DeployedMidRun(
            `${contract.name} speaks contract ${CONTRACT}, the execution's definition ${String(stated)}: deployed in the middle of a run`,
            'start it again',
          );
        }
        const input = contract.input.safeParse(event);
        if (!input.success) {
          const issue = input.error.issues[0];
          throw new InvalidInput(
            `${contract.name}: ${issue?.path.join('.') || 'input'}: ${issue?.message}`,
            'correct the field and start it again',
            { field: issue?.path.join('.') },
          );
        }
        return contract.output.parse(await operation(input.data, run));
      };
    },
  };
}
