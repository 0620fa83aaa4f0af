import { type Grant, ownedBy } from './grants.ts';

interface AslState {
  readonly Type?: string;
  readonly Resource?: string;
  readonly Arguments?: Readonly<Record<string, unknown>>;
  readonly Branches?: readonly AslDefinition[];
  readonly ItemProcessor?: AslDefinition & { readonly ProcessorConfig?: { readonly Mode?: string } };
  readonly ItemReader?: { readonly Resource?: string; readonly Arguments?: Readonly<Record<string, unknown>> };
  readonly ResultWriter?: { readonly Resource?: string; readonly Arguments?: Readonly<Record<string, unknown>> };
}

export interface AslDefinition {
  readonly States: Readonly<Record<string, AslState>>;
}

/** What a definition makes its role need. Names are the placeholders of the definition, without `${}`. */
export interface AslNeeds {
  /** Functions that it invokes. */
  readonly functions: ReadonlySet<string>;
  /** State machines that it starts; `wait` if it waits for their end (`.sync`). */
  readonly machines: ReadonlyMap<string, { readonly wait: boolean }>;
  /** Whether it has a Distributed Map: it then starts executions of itself. */
  readonly distributedMap: boolean;
  /** Buckets that item readers read and result writers write. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const PLACEHOLDER = /^\$\{(\w+)\}$/;

function placeholder(value: unknown, where: string): string {
  const name = typeof value === 'string' ? PLACEHOLDER.exec(value)?.[1] : undefined;
  if (name === undefined) throw new Error(`${where} must be one placeholder, not ${JSON.stringify(value)}`);
  return name;
}

/** All states of a definition, branches and item processors included, each with its name. */
export function* aslStates(definition: AslDefinition): Generator<[string, AslState]> {
  for (const [name, state] of Object.entries(definition.States)) {
    yield [name, state];
    for (const branch of state.Branches ?? []) yield* aslStates(branch);
    if (state.ItemProcessor) yield* aslStates(state.ItemProcessor);
  }
}

/** `arn:aws:states:::lambda:invoke` → `lambda:invoke`; a placeholder stays as it is. */
const integration = (resource: string): string => resource.replace(/^arn:[^:]+:states:::/, '');

/**
 * What the role of a definition needs: a body given as text derives no grants in CDK. An integration that is not known
 * here is an error, not a missing right at run time.
 */
export function needsOf(definition: AslDefinition): AslNeeds {
  const functions = new Set<string>();
  const machines = new Map<string, { wait: boolean }>();
  const reads = new Set<string>();
  const writes = new Set<string>();
  let distributedMap = false;
  for (const [name, state] of aslStates(definition)) {
    if (state.Type === 'Task') {
      const resource = integration(state.Resource ?? '');
      if (PLACEHOLDER.test(resource)) functions.add(placeholder(resource, `${name}.Resource`));
      else if (resource === 'lambda:invoke') functions.add(placeholder(state.Arguments?.FunctionName, name));
      else if (/^states:startExecution(\.sync(:2)?)?$/.test(resource)) {
        const machine = placeholder(state.Arguments?.StateMachineArn, name);
        machines.set(machine, { wait: resource.includes('.sync') || machines.get(machine)?.wait === true });
      } else throw new Error(`${name}: no grants are known for ${state.Resource}`);
    }
    if (state.Type === 'Map' && state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED') distributedMap = true;
    for (const [part, kind, action, buckets] of [
      [state.ItemReader, 'ItemReader', 's3:getObject', reads],
      [state.ResultWriter, 'ResultWriter', 's3:putObject', writes],
    ] as const) {
      if (!part?.Resource) continue;
      if (integration(part.Resource) !== action) throw new Error(`${name}.${kind}: no grants for ${part.Resource}`);
      buckets.add(placeholder(part.Arguments?.Bucket, `${name}.${kind}`));
    }
  }
  return { functions, machines, distributedMap, reads, writes };
}

/** ARNs behind the placeholders of one definition. */
export interface AslArns {
  readonly self: { readonly machineArn: string; readonly executionArnPrefix: string };
  readonly functionArn: (placeholder: string) => string;
  readonly machine: (placeholder: string) => { readonly machineArn: string; readonly executionsArn: string };
  /** The rule through which Step Functions follows an execution that it waits for. */
  readonly syncRuleArn: string;
  readonly bucketArn: (placeholder: string) => string;
  /** Owner of the buckets. Every other ARN names its account itself. */
  readonly account: string;
}

/** Keys below `work/` that a map may read and write (core/stack-layout.ts). */
const PLANS = 'work/*/plan/*';
const MAP_RESULTS = 'work/*/maps/*';

/** Grants that can be made before the state machine is. */
export function externalGrants(needs: AslNeeds, arns: Omit<AslArns, 'self'>): Grant[] {
  const grants: Grant[] = [];
  const add = (resources: string[], ...actions: string[]) => {
    if (resources.length > 0) grants.push({ actions, resources });
  };
  const addObjects = (resources: string[], ...actions: string[]) => {
    if (resources.length > 0) grants.push({ actions, resources, conditions: ownedBy(arns.account) });
  };
  add([...needs.functions].map(arns.functionArn), 'lambda:InvokeFunction');
  add(
    [...needs.machines.keys()].map((name) => arns.machine(name).machineArn),
    'states:StartExecution',
  );
  const waited = [...needs.machines].filter(([, { wait }]) => wait).map(([name]) => arns.machine(name).executionsArn);
  add(waited, 'states:DescribeExecution', 'states:StopExecution');
  if (waited.length > 0) add([arns.syncRuleArn], 'events:PutTargets', 'events:PutRule', 'events:DescribeRule');
  addObjects(
    [...needs.reads].map((name) => `${arns.bucketArn(name)}/${PLANS}`),
    's3:GetObject',
  );
  addObjects(
    [...needs.writes].map((name) => `${arns.bucketArn(name)}/${MAP_RESULTS}`),
    's3:PutObject',
    's3:GetObject',
    's3:ListMultipartUploadParts',
    's3:AbortMultipartUpload',
  );
  return grants;
}

/** What a Distributed Map needs on its own state machine: a policy of its own, or the two would need each other. */
export function distributedMapGrants({ machineArn, executionArnPrefix }: AslArns['self']): Grant[] {
  return [
    { actions: ['states:StartExecution'], resources: [machineArn] },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      // A child's ARN is `execution:<name>/<map label>:<id>`.
      resources: [`${executionArnPrefix}/*`, `${executionArnPrefix}:*`],
    },
  ];
}
