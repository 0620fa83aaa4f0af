import type { ResourceHandler } from './resource-handler.ts';
import { dynamodbResources } from './resources/dynamodb.ts';
import { eventResources } from './resources/events.ts';
import { iamResources } from './resources/iam.ts';
import { kmsResources } from './resources/kms.ts';
import { lambdaResources } from './resources/lambda.ts';
import { messagingResources } from './resources/messaging.ts';
import { observabilityResources } from './resources/observability.ts';
import { s3Resources } from './resources/s3.ts';
import { ssmResources } from './resources/ssm.ts';
import { stepFunctionsResources } from './resources/stepfunctions.ts';
import { DeployError } from './template.ts';

const HANDLERS: Record<string, ResourceHandler> = {
  ...s3Resources,
  ...dynamodbResources,
  ...iamResources,
  ...lambdaResources,
  ...stepFunctionsResources,
  ...eventResources,
  ...messagingResources,
  ...kmsResources,
  ...ssmResources,
  ...observabilityResources,
};

/** @throws DeployError for a type that is not implemented here */
export function resourceHandler(type: string): ResourceHandler {
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (handler) return handler;
  const custom = type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
  throw new DeployError(
    `not implemented here: ${type}${custom ? ' (a custom resource runs code during the deploy, which is not done here)' : ''}`,
  );
}
