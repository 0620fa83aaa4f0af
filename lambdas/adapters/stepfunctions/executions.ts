import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PlatformRefused, PlatformUnavailable } from '../../../core/errors/platform-errors.ts';
import type { ExecutionStatus, Executions } from '../../ports/executions.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError, retrying, verdictOf } from '../retry.ts';

/** Step Functions, as far as the steps use it. */
export function sfnExecutions(world: Pick<Clients, 'sfn' | 'clock' | 'ids'>): Executions {
  async function send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await retrying(world, call);
    } catch (error) {
      const { name, message } = describeSdkError(error);
      if (name === 'ExecutionDoesNotExist' || name === 'ExecutionAlreadyExists') throw error;
      const Kind = verdictOf(error) === 'again' ? PlatformUnavailable : PlatformRefused;
      throw new Kind(
        `Step Functions did not answer: ${name}: ${message}`,
        'check the credentials and the Region, then run it again',
      );
    }
  }
  return {
    async status(executionArn) {
      try {
        const answer = await send(() => world.sfn.send(new DescribeExecutionCommand({ executionArn })));
        return {
          status: answer.status as ExecutionStatus,
          ...(answer.stopDate ? { stoppedAt: answer.stopDate.getTime() } : {}),
          ...(answer.error ? { error: answer.error } : {}),
          ...(answer.cause ? { cause: answer.cause } : {}),
        };
      } catch (error) {
        if (describeSdkError(error).name === 'ExecutionDoesNotExist') return undefined;
        throw error;
      }
    },
    async stop(executionArn, error, cause) {
      await send(() => world.sfn.send(new StopExecutionCommand({ executionArn, error, cause })));
    },
    async start(stateMachineArn, name, input) {
      try {
        await send(() =>
          world.sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) })),
        );
      } catch (error) {
        // Somebody started it under this name before: done (API, "StartExecution").
        if (describeSdkError(error).name !== 'ExecutionAlreadyExists') throw error;
      }
    },
  };
}
