import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StackOutputs } from '../../lambdas/contracts/stack-contract.ts';

/** Says what the stack has, twice: as outputs, and as SSM parameters for who may not describe stacks. */
export class StackContract extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly stack: string; readonly outputs: Partial<StackOutputs> },
  ) {
    super(scope, id);
    for (const [name, value] of Object.entries(props.outputs)) {
      if (value === undefined) continue;
      new CfnOutput(this, name, { value }).overrideLogicalId(name);
      new StringParameter(this, `${name}Parameter`, {
        parameterName: `/holdfast/${props.stack}/${name}`,
        stringValue: value,
        description: `Holdfast: ${name} of the stack ${Stack.of(this).stackName}`,
      });
    }
  }
}
