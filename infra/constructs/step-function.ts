import { Policy, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Grant, Grants } from '../grants.ts';
import { policyStatement } from '../policy-statement.ts';
import type { DeployedStep, MachineEnvironment, StackEnvironment } from '../step-table.ts';

/** Lambda's own limit, names and values together. */
const MOST_ENVIRONMENT_BYTES = 4096;

export interface StepFunctionProps {
  readonly step: DeployedStep;
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly grants: Grants;
  /** Everything that the stack can give; the step gets what its contract asks for. */
  readonly environment: StackEnvironment & Partial<MachineEnvironment>;
  readonly logRetention: RetentionDays;
}

/**
 * A Lambda that is a step: what its contract asks for as environment, a role of its own, a log group with retention,
 * and a published version. State machines name the version: a running execution keeps its definition, and the code
 * that the definition was made for.
 */
export class StepFunction extends Construct {
  readonly version: Version;
  readonly #role: Role;

  constructor(scope: Construct, props: StepFunctionProps) {
    const { step } = props;
    super(scope, step.name);
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const log: Grant = {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    };
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the step ${step.name} may do`,
      inlinePolicies: {
        Step: new PolicyDocument({
          statements: [log, ...step.grants(props.grants).flat()].map(policyStatement),
        }),
      },
    });
    const handler = new LambdaFunction(this, 'Function', {
      description: `Holdfast step ${step.name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.bundle),
      environment: environmentOf(step, props.environment),
      memorySize: step.size.memoryMb,
      timeout: Duration.seconds(step.size.timeoutSeconds),
      role: this.#role,
      logGroup,
      // The platform's own lines too: time-outs and reports are found like the steps' lines.
      loggingFormat: LoggingFormat.JSON,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    this.version = handler.currentVersion;
  }

  /**
   * Grants on the stack's own state machines: a policy that nothing but the role needs, since the state machines need
   * this function.
   */
  grantMachines(grants: readonly Grant[]): void {
    new Policy(this, 'Machines', { roles: [this.#role], statements: grants.map(policyStatement) });
  }
}

function environmentOf(step: DeployedStep, given: StepFunctionProps['environment']): Record<string, string> {
  const known = new Map<string, string>(Object.entries(given));
  const environment: Record<string, string> = {};
  for (const name of step.variables) {
    const value = known.get(name);
    if (value === undefined) throw new Error(`${step.name} asks for ${name}, which is not known where it is made`);
    environment[name] = value;
  }
  const bytes = Object.entries(environment).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (bytes > MOST_ENVIRONMENT_BYTES) {
    throw new Error(
      `the environment of ${step.name} takes ${bytes} bytes and Lambda allows ${MOST_ENVIRONMENT_BYTES}: ` +
        'configure fewer or shorter roots, sources and targets, or a second stack',
    );
  }
  return environment;
}
