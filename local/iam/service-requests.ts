import { type AccessRequest, contextOf, type Input, type RequestPlace } from './access-request.ts';

type Derive = (input: Input, operation: string, place: RequestPlace) => AccessRequest[];

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const arnIn = (service: string, place: RequestPlace, resource: string): string =>
  `arn:aws:${service}:${place.region}:${place.accountId}:${resource}`;

/** `service:Operation` on what `resource` finds; `*` by default. */
const plain =
  (service: string, resource: (input: Input, place: RequestPlace) => string = () => '*'): Derive =>
  (input, operation, place) => [{ action: `${service}:${operation}`, resource: resource(input, place), context: {} }];

/** The same derivation for several operations. */
const all = (operations: string, derive: Derive): Record<string, Derive> =>
  Object.fromEntries(operations.split(' ').map((operation) => [operation, derive]));

/**
 * A version or an alias is judged by the ARN of its state machine, with the qualifier in the context (Step Functions
 * Developer Guide, "Authorization for versions and aliases").
 */
const onStateMachine: Derive = (input, operation) => {
  const [, unqualified, qualifier] =
    /^(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:]+)(?::(.+))?$/.exec(text(input.stateMachineArn)) ?? [];
  return [
    {
      action: `states:${operation}`,
      resource: unqualified ?? text(input.stateMachineArn),
      context: contextOf({ 'states:StateMachineQualifier': qualifier }),
    },
  ];
};

const states: Record<string, Derive> = {
  ...all(
    'StartExecution StartSyncExecution DescribeStateMachine ListExecutions ListStateMachineVersions ListStateMachineAliases',
    onStateMachine,
  ),
  ...all(
    'DescribeExecution StopExecution RedriveExecution GetExecutionHistory DescribeStateMachineForExecution ListMapRuns',
    plain('states', ({ executionArn }) => text(executionArn)),
  ),
  ...all(
    'DescribeMapRun UpdateMapRun',
    plain('states', ({ mapRunArn }) => text(mapRunArn)),
  ),
  ...all('ListStateMachines SendTaskSuccess SendTaskFailure SendTaskHeartbeat', plain('states')),
};

/** A name, a partial or a whole ARN, each perhaps with a qualifier, which then is part of the resource. */
function functionArn(input: Input, place: RequestPlace): string {
  const name = text(input.FunctionName).replace(/^(arn:[^:]*:lambda:[^:]*:)?(\d{12}:)?(function:)?/, '');
  const qualifier = text(input.Qualifier);
  return arnIn('lambda', place, `function:${name}${qualifier && !name.includes(':') ? `:${qualifier}` : ''}`);
}

const lambda: Record<string, Derive> = {
  Invoke: (input, _, place) => [{ action: 'lambda:InvokeFunction', resource: functionArn(input, place), context: {} }],
  ...all('GetFunction GetFunctionConfiguration ListVersionsByFunction ListAliases', plain('lambda', functionArn)),
  ...all('ListFunctions', plain('lambda')),
};

const onBus = (name: unknown, place: RequestPlace) =>
  text(name).startsWith('arn:') ? text(name) : arnIn('events', place, `event-bus/${text(name) || 'default'}`);

function onRule(input: Input, place: RequestPlace): string {
  const bus = text(input.EventBusName).replace(/^arn:.*:event-bus\//, '');
  return arnIn('events', place, `rule/${bus && bus !== 'default' ? `${bus}/` : ''}${text(input.Name ?? input.Rule)}`);
}

const events: Record<string, Derive> = {
  PutEvents: (input, _, place) =>
    (Array.isArray(input.Entries) ? (input.Entries as Input[]) : []).map((entry) => ({
      action: 'events:PutEvents',
      resource: onBus(entry.EventBusName, place),
      context: contextOf({ 'events:source': entry.Source, 'events:detail-type': entry.DetailType }),
    })),
  ...all(
    'PutRule DescribeRule DeleteRule EnableRule DisableRule PutTargets RemoveTargets ListTargetsByRule',
    plain('events', onRule),
  ),
  ...all('ListRules', plain('events')),
};

const onSchedule = (input: Input, place: RequestPlace) =>
  arnIn('scheduler', place, `schedule/${text(input.GroupName) || 'default'}/${text(input.Name)}`);

const passRole = (roleArn: unknown, service: string): AccessRequest[] =>
  roleArn === undefined
    ? []
    : [{ action: 'iam:PassRole', resource: text(roleArn), context: { 'iam:PassedToService': service } }];

const putSchedule: Derive = (input, operation, place) => [
  { action: `scheduler:${operation}`, resource: onSchedule(input, place), context: {} },
  ...passRole((input.Target as Input | undefined)?.RoleArn, 'scheduler.amazonaws.com'),
];

const scheduler: Record<string, Derive> = {
  ...all('GetSchedule DeleteSchedule', plain('scheduler', onSchedule)),
  ...all('CreateSchedule UpdateSchedule', putSchedule),
  ...all('ListSchedules ListScheduleGroups', plain('scheduler')),
};

const sns: Record<string, Derive> = {
  ...all(
    'Publish PublishBatch Subscribe GetTopicAttributes ListSubscriptionsByTopic',
    plain('sns', (input) => text(input.TopicArn ?? input.TargetArn) || '*'),
  ),
  ...all('ListTopics ListSubscriptions', plain('sns')),
};

const queueArn = (input: Input, place: RequestPlace) =>
  arnIn('sqs', place, text(input.QueueUrl).split('/').at(-1) ?? '');
const sqs: Record<string, Derive> = {
  ...all('SendMessage ReceiveMessage DeleteMessage PurgeQueue GetQueueAttributes', plain('sqs', queueArn)),
  SendMessageBatch: (input, _, place) => [{ action: 'sqs:SendMessage', resource: queueArn(input, place), context: {} }],
  GetQueueUrl: plain('sqs', (input, place) => arnIn('sqs', place, text(input.QueueName))),
  ListQueues: plain('sqs'),
};

const onKey: Derive = (input, operation, place) => {
  const id = text(input.KeyId);
  const encryption = (input.EncryptionContext ?? {}) as Record<string, string>;
  const keys = Object.keys(encryption);
  return [
    {
      action: `kms:${operation}`,
      resource: id.startsWith('arn:') ? id : arnIn('kms', place, id.startsWith('alias/') ? id : `key/${id}`),
      context: contextOf({
        ...Object.fromEntries(
          Object.entries(encryption).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]),
        ),
        'kms:EncryptionContextKeys': keys.length > 0 ? keys : undefined,
      }),
    },
  ];
};

const kms: Record<string, Derive> = {
  ...all(
    'Encrypt Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateMac VerifyMac Sign Verify GetPublicKey DescribeKey GetKeyPolicy',
    onKey,
  ),
  ...all('ListKeys ListAliases', plain('kms')),
};

/** As in the service's own refusals: `…:log-group:<name>:log-stream:<stream, or nothing>`. */
const onLogs = (input: Input, place: RequestPlace) =>
  text(input.logGroupIdentifier ?? input.logGroupArn)
    .replace(/(:\*)?$/, ':log-stream:')
    .replace(/^:log-stream:$/, '') ||
  arnIn('logs', place, `log-group:${text(input.logGroupName)}:log-stream:${text(input.logStreamName)}`);

const logs: Record<string, Derive> = {
  ...all(
    'CreateLogGroup CreateLogStream PutLogEvents GetLogEvents FilterLogEvents DescribeLogStreams PutRetentionPolicy',
    plain('logs', onLogs),
  ),
  DescribeLogGroups: plain('logs', (_, place) => arnIn('logs', place, 'log-group::log-stream:')),
};

const parameterArn = (name: unknown, place: RequestPlace) =>
  arnIn('ssm', place, `parameter/${text(name).replace(/^\//, '')}`);
const ssm: Record<string, Derive> = {
  ...all(
    'GetParameter PutParameter DeleteParameter',
    plain('ssm', (input, place) => parameterArn(input.Name, place)),
  ),
  GetParameters: (input, operation, place) =>
    (Array.isArray(input.Names) ? input.Names : []).map((name) => ({
      ...{ action: `ssm:${operation}`, resource: parameterArn(name, place), context: {} },
    })),
  GetParametersByPath: plain('ssm', (input, place) => parameterArn(input.Path, place)),
};

const cloudwatch: Record<string, Derive> = {
  PutMetricData: (input) => [
    {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: contextOf({ 'cloudwatch:namespace': input.Namespace }),
    },
  ],
  ...all('DescribeAlarms GetMetricData ListDashboards GetDashboard', plain('cloudwatch')),
};

const sts: Record<string, Derive> = {
  // Needs no permission: even a Deny does not stop it.
  GetCallerIdentity: () => [],
  AssumeRole: plain('sts', ({ RoleArn }) => text(RoleArn)),
};

const services: Record<string, Record<string, Derive>> = {
  ...{ states, lambda, events, scheduler, sns, sqs, kms, logs, ssm, cloudwatch, sts },
};

/** Services whose calls each name one thing; undefined for an operation that is not known. */
export function serviceRequests(
  service: string,
  operation: string,
  input: Input,
  place: RequestPlace,
): AccessRequest[] | undefined {
  const known = Object.hasOwn(services, service) ? services[service] : undefined;
  const derive = known && Object.hasOwn(known, operation) ? known[operation] : undefined;
  return derive?.(input, operation, place);
}
