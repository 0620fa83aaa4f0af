import { notImplemented } from '../service.ts';
import { type Condition, ConditionParser } from './condition-expression.ts';
import type { DocumentPath } from './document-path.ts';
import { validation } from './errors.ts';
import { TokenStream } from './expression-tokens.ts';
import { Placeholders } from './placeholders.ts';
import { parseProjection } from './projection-expression.ts';
import { type UpdateAction, UpdateParser } from './update-expression.ts';

export type Input = Record<string, unknown>;

export interface RequestExpressions {
  readonly update?: readonly UpdateAction[];
  readonly condition?: Condition;
  readonly keyCondition?: Condition;
  readonly filter?: Condition;
  readonly projection?: readonly DocumentPath[];
}

const parameters = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
] as const;

/** What expressions replaced. */
const legacy = [
  'Expected',
  'AttributeUpdates',
  'ConditionalOperator',
  'AttributesToGet',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/** Parses every expression of one request; placeholders are shared by all of them. */
export function parseExpressions(input: Input): RequestExpressions {
  for (const name of legacy) if (input[name] !== undefined) throw notImplemented(`the legacy parameter ${name}`);
  const present = parameters.filter((name) => input[name] !== undefined);
  const takesValues = present.some((name) => name !== 'ProjectionExpression');
  const placeholders = new Placeholders(input, present.length > 0, takesValues);
  const tokens = (name: (typeof parameters)[number]) => {
    const source = input[name];
    if (typeof source !== 'string') throw validation(`${name} must be a string`);
    return new TokenStream(name, source);
  };
  const condition = (name: 'ConditionExpression' | 'KeyConditionExpression' | 'FilterExpression') =>
    new ConditionParser(tokens(name), placeholders).parse();
  const parsed: RequestExpressions = {
    ...(input.UpdateExpression === undefined
      ? {}
      : { update: new UpdateParser(tokens('UpdateExpression'), placeholders).parse() }),
    ...(input.ConditionExpression === undefined ? {} : { condition: condition('ConditionExpression') }),
    ...(input.KeyConditionExpression === undefined ? {} : { keyCondition: condition('KeyConditionExpression') }),
    ...(input.FilterExpression === undefined ? {} : { filter: condition('FilterExpression') }),
    ...(input.ProjectionExpression === undefined
      ? {}
      : { projection: parseProjection(tokens('ProjectionExpression'), placeholders) }),
  };
  placeholders.refuseUnused();
  return parsed;
}
