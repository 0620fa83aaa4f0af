import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PlatformRefused, PlatformUnavailable } from '../core/errors/platform-errors.ts';
import { STACK_CONTRACT_VERSION, type StackContract, stackContract } from '../lambdas/contracts/stack-contract.ts';

/** What the stack of this name says of itself. @throws PlatformRefused: not there, or of another version; PlatformUnavailable */
export async function findStack(client: Pick<CloudFormationClient, 'send'>, name: string): Promise<StackContract> {
  let outputs: Record<string, string | undefined>;
  try {
    const answer = await client.send(new DescribeStacksCommand({ StackName: name }));
    outputs = Object.fromEntries((answer.Stacks?.[0]?.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue]));
  } catch (error) {
    const { name: code, message } = error as Error;
    if (code === 'ValidationError') {
      throw new PlatformRefused(
        `there is no stack ${name} in this account and Region`,
        'deploy it (npx cdk deploy --all), or name it with --stack',
        { stack: name },
      );
    }
    throw new PlatformUnavailable(
      `CloudFormation did not show the stack ${name}: ${code}: ${message}`,
      'check credentials, Region and AWS_ENDPOINT_URL; does holdfast local run?',
      { stack: name },
    );
  }
  const parsed = stackContract.safeParse(outputs);
  if (parsed.success) return parsed.data;
  throw new PlatformRefused(
    `the stack ${name} states contract ${outputs.ContractVersion ?? 'none'}, this holdfast speaks ${STACK_CONTRACT_VERSION}`,
    'deploy the stack and run the CLI from the same release',
    { stack: name, field: parsed.error.issues[0]?.path.join('.') },
  );
}
