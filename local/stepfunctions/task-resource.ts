/** What a Task's `Resource` asks for. */
export type TaskResource =
  | { readonly kind: 'function'; readonly arn: string }
  | {
      readonly kind: 'service';
      readonly arn: string;
      /** As the hub knows it: `lambda`, `s3`, `dynamodb`, `states` … */
      readonly service: string;
      /** In the SDK's form: `GetObject`. */
      readonly operation: string;
      /** What the history calls the resource: its type and the rest. */
      readonly resourceType: string;
      readonly resource: string;
      /** `.sync` gives the nested execution's output as text, `.sync:2` as JSON. */
      readonly sync: 'no' | 'text' | 'json';
      /** An SDK integration, as opposed to an optimized one. */
      readonly sdk: boolean;
    };

const FUNCTION = /^arn:[^:]+:lambda:[^:]*:\d*:function:[^:]+(:[^:]+)?$/;
const SERVICE = /^arn:[^:]+:states:::(aws-sdk:)?([a-z0-9]+):([A-Za-z0-9]+)(\.[A-Za-z]+(?::2)?)?$/;
/** The optimized integrations known here; any service and operation may be an SDK integration. */
const OPTIMIZED: Record<string, readonly string[]> = {
  lambda: ['invoke'],
  states: ['startExecution'],
  dynamodb: ['getItem', 'putItem', 'updateItem', 'deleteItem'],
  sns: ['publish'],
  sqs: ['sendMessage'],
  events: ['putEvents'],
};
const HUB_NAMES: Record<string, string> = { sfn: 'states', eventbridge: 'events' };

/** @throws SyntaxError for a resource that is not valid or not implemented here. */
export function taskResource(arn: string): TaskResource {
  if (FUNCTION.test(arn)) return { kind: 'function', arn };
  const [, sdk, service = '', action = '', pattern = ''] = SERVICE.exec(arn) ?? [];
  if (!service) throw new SyntaxError(`not implemented here: a Task's Resource ${arn}`);
  if (!sdk && !OPTIMIZED[service]?.includes(action)) {
    throw new SyntaxError(`not implemented here: the integration ${arn}; aws-sdk:${service}:${action} may serve`);
  }
  const nests = !sdk && service === 'states';
  const sync = nests && pattern === '.sync' ? 'text' : nests && pattern === '.sync:2' ? 'json' : 'no';
  if (pattern && sync === 'no') throw new SyntaxError(`not implemented here: ${pattern} of ${arn}`);
  return {
    kind: 'service',
    arn,
    service: HUB_NAMES[service] ?? service,
    operation: action.charAt(0).toUpperCase() + action.slice(1),
    resourceType: sdk ? `aws-sdk:${service}` : service,
    resource: `${action}${pattern}`,
    sync,
    sdk: sdk !== undefined,
  };
}
