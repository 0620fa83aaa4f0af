import { readFileSync } from 'node:fs';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, CfnDeletionPolicy, type CfnElement, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type AslArns, type AslDefinition, distributedMapGrants, externalGrants, needsOf } from '../asl-grants.ts';
import type { MachineArns } from '../machine-grants.ts';
import { policyStatement } from '../policy-statement.ts';

/** The name of the alias that every caller starts. */
export const ALIAS = 'live';

export interface AslStateMachineProps {
  /** The `.asl.json` file. */
  readonly file: string;
  /** Value of every placeholder of the file: none missing, none left over. */
  readonly substitutions: Readonly<Record<string, string>>;
  readonly arns: Pick<AslArns, 'functionArn' | 'machine' | 'bucketArn'>;
  readonly logGroup: ILogGroup;
}

/** Names in `${…}` of a definition's text. */
const placeholdersOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] as string));

/** The placeholders of a definition's file. */
export const definitionPlaceholders = (file: string): Set<string> => placeholdersOf(readFileSync(file, 'utf8'));

/**
 * A state machine whose definition is a file: the text goes into the template as it is, so that `cdk diff`, Workflow
 * Studio and the tests show the same. Its role has what the definition needs and nothing else. Callers start the alias.
 */
export class AslStateMachine extends Construct {
  readonly stateMachine: StateMachine;
  readonly aliasArn: string;
  readonly arns: MachineArns;

  constructor(scope: Construct, id: string, props: AslStateMachineProps) {
    super(scope, id);
    const text = readFileSync(props.file, 'utf8');
    checkPlaceholders(props.file, placeholdersOf(text), props.substitutions);
    const needs = needsOf(JSON.parse(text) as AslDefinition);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
      description: `What the state machine ${id} may do`,
    });
    const syncRuleArn = stack.formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
    });
    const arns = { ...props.arns, syncRuleArn, account: stack.account };
    for (const grant of externalGrants(needs, arns)) role.addToPolicy(policyStatement(grant));
    this.stateMachine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromString(text),
      definitionSubstitutions: { ...props.substitutions },
      role,
      // Keys and table names are data: they stay out of the log.
      logs: { destination: props.logGroup, level: LogLevel.ERROR, includeExecutionData: false },
    });
    const { stateMachineName, stateMachineArn } = this.stateMachine;
    const executionsOf = (resourceName: string) =>
      stack.formatArn({
        ...{ service: 'states', resource: 'execution', resourceName },
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const executionArnPrefix = executionsOf(stateMachineName);
    // CloudFormation makes a machine's name of its logical id, which is the same in every deployment, and a suffix.
    const logicalId = stack.getLogicalId(this.stateMachine.node.defaultChild as CfnElement);
    this.arns = {
      machineArn: stateMachineArn,
      executionsArn: `${executionArnPrefix}:*`,
      everyExecutionArn: executionsOf(`*${logicalId}-*:*`),
    };
    if (needs.distributedMap) {
      new Policy(this, 'DistributedMap', {
        roles: [role],
        statements: distributedMapGrants({ machineArn: stateMachineArn, executionArnPrefix }).map(policyStatement),
      });
    }
    this.aliasArn = this.#publish();
  }

  /** A version of each revision, and the alias that names it. Versions that are not named any more are kept: they run. */
  #publish(): string {
    const { stateMachineArn, stateMachineRevisionId } = this.stateMachine;
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn,
      stateMachineRevisionId,
    });
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
    const alias = new CfnStateMachineAlias(this, 'Alias', {
      name: ALIAS,
      routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }],
    });
    return alias.attrArn;
  }
}

/** @throws Error naming what is missing or left over */
export function checkPlaceholders(
  file: string,
  placeholders: ReadonlySet<string>,
  substitutions: Readonly<Record<string, string>>,
): void {
  const missing = [...placeholders].filter((name) => !Object.hasOwn(substitutions, name));
  const surplus = Object.keys(substitutions).filter((name) => !placeholders.has(name));
  if (missing.length > 0) throw new Error(`${file}: nothing is given for \${${missing.join('}, ${')}}`);
  if (surplus.length > 0) throw new Error(`${file}: \${${surplus.join('}, ${')}} is given and does not occur`);
}
