/** How a rule shapes what its target gets (AWS::Events::Rule Target). */
export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: { readonly InputPathsMap?: Record<string, string>; readonly InputTemplate: string };
}

/** The JSON text that the target gets. */
export function targetInput(target: TargetInput, event: Record<string, unknown>, ruleArn: string): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(atPath(event, target.InputPath) ?? null);
  if (!target.InputTransformer) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event.json': event,
    'aws.events.event': event,
  };
  for (const [name, path] of Object.entries(InputPathsMap)) values[name] = atPath(event, path);
  let quoted = false;
  let result = '';
  for (const part of InputTemplate.split(/(<[A-Za-z0-9_.-]+>|\\"|")/)) {
    if (part === '"') quoted = !quoted;
    const name = /^<(.+)>$/.exec(part)?.[1];
    if (name === undefined || !(name in values)) result += part;
    else result += insert(values[name], quoted);
  }
  return result;
}

/** Inside quotes a text is inserted bare; outside of them a value is inserted as JSON. */
function insert(value: unknown, quoted: boolean): string {
  if (value === undefined) return quoted ? '' : '""';
  const json = JSON.stringify(value);
  if (!quoted) return json;
  return typeof value === 'string' ? json.slice(1, -1) : json.replaceAll('"', '\\"');
}

/** `$.detail.status`, `$.resources[0]` */
function atPath(event: unknown, path: string): unknown {
  let value = event;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? ''];
  }
  return value;
}
