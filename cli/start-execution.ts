import { randomBytes } from 'node:crypto';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { World } from './compose.ts';

/** Starts an execution. The name of a backup's is its id, so that console, history and terminal say the same. */
export async function startExecution(
  world: World,
  stateMachineArn: string,
  input: object,
  kind: 'backup' | 'restore' | 'verify' | 'repair' | 'cleanup',
): Promise<string> {
  const name = kind === 'backup' ? `backup_${world.now()}` : `${kind}-${world.now()}-${randomBytes(3).toString('hex')}`;
  const answer = await world.sfn.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return answer.executionArn ?? '';
}

/** The console's page of an execution; the ARN itself where another endpoint than AWS's is used. */
export function consoleUrl(executionArn: string): string {
  if (process.env.AWS_ENDPOINT_URL) return executionArn;
  const region = executionArn.split(':')[3] ?? '';
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
