import { isObject, type Json } from './json.ts';

/** What a field of a state must be. */
export interface FieldRule {
  readonly required: boolean;
  /** What is wrong with the value, continuing a sentence that begins with the field's name. */
  check(value: Json): string | undefined;
  /** The members of an object, or of each object of a list. */
  readonly members?: Record<string, FieldRule>;
  /** A list of Retry or Catch, in which `States.ALL` comes last. */
  readonly last?: boolean;
}

type Rules = Record<string, FieldRule>;

const rule = (check: FieldRule['check'], members?: Rules): FieldRule => ({
  required: false,
  check,
  ...(members && { members }),
});

const required = (field: FieldRule): FieldRule => ({ ...field, required: true });

const isExpression = (value: Json): boolean =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');

const text = rule((value) => (typeof value === 'string' ? undefined : 'must be a string'));
const flag = rule((value) => (typeof value === 'boolean' ? undefined : 'must be true or false'));
const anything = rule(() => undefined);
const expression = rule((value) => (isExpression(value) || typeof value === 'boolean' ? undefined : 'must be {% … %}'));
const object = (members?: Rules) => rule((value) => (isObject(value) ? undefined : 'must be an object'), members);
const objectOrExpression = rule((value) =>
  isObject(value) || isExpression(value) ? undefined : 'must be an object or {% … %}',
);
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  rule((value) =>
    isExpression(value) || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
      ? undefined
      : `must be a whole number from ${least} on`,
  );
const constant = (least: number, most: number, onlyWhole: boolean) =>
  rule((value) =>
    typeof value === 'number' && value >= least && value <= most && (!onlyWhole || Number.isInteger(value))
      ? undefined
      : `must be a number from ${least} to ${most}`,
  );
const oneOf = (...values: string[]) =>
  rule((value) => (values.includes(String(value)) ? undefined : `must be one of ${values.join(', ')}`));
const objects = (members?: Rules, last = false): FieldRule => ({
  ...rule(
    (value) => (Array.isArray(value) && value.every(isObject) ? undefined : 'must be a list of objects'),
    members,
  ),
  last,
});

const errorNames = rule((value) => {
  if (!Array.isArray(value) || value.length === 0 || value.some((name) => typeof name !== 'string')) {
    return 'must be a list of names';
  }
  return value.includes('States.ALL') && value.length > 1 ? 'must hold States.ALL alone' : undefined;
});

const retry = objects(
  {
    ErrorEquals: required(errorNames),
    IntervalSeconds: constant(1, 99_999_999, true),
    MaxAttempts: constant(0, 99_999_999, true),
    BackoffRate: constant(1, Number.MAX_VALUE, false),
    MaxDelaySeconds: constant(1, 31_622_400, true),
    JitterStrategy: oneOf('FULL', 'NONE'),
    Comment: text,
  },
  true,
);
const caught = objects(
  { ErrorEquals: required(errorNames), Next: required(text), Output: anything, Assign: object(), Comment: text },
  true,
);

const common: Rules = { Type: required(text), Comment: text, QueryLanguage: oneOf('JSONata') };
const going: Rules = { ...common, Next: text, End: flag, Output: anything, Assign: object() };
const guarded: Rules = { ...going, Retry: retry, Catch: caught };

export const STATE_FIELDS: Record<string, Rules> = {
  Pass: going,
  Succeed: { ...common, Output: anything },
  Fail: { ...common, Error: text, Cause: text },
  Wait: { ...going, Seconds: whole(0, 99_999_999), Timestamp: text },
  Choice: {
    ...common,
    Output: anything,
    Assign: object(),
    Default: text,
    Choices: required(
      objects({
        Condition: required(expression),
        Next: required(text),
        Output: anything,
        Assign: object(),
        Comment: text,
      }),
    ),
  },
  Task: {
    ...guarded,
    Resource: required(text),
    Arguments: anything,
    TimeoutSeconds: whole(1, 99_999_999),
    HeartbeatSeconds: whole(1, 99_999_999),
  },
  Parallel: { ...guarded, Arguments: anything, Branches: required(objects()) },
  Map: {
    ...guarded,
    Items: rule((value) => (Array.isArray(value) || isExpression(value) ? undefined : 'must be a list or {% … %}')),
    ItemSelector: objectOrExpression,
    ItemProcessor: required(
      object({
        StartAt: text,
        States: object(),
        Comment: text,
        ProcessorConfig: object({ Mode: oneOf('INLINE', 'DISTRIBUTED'), ExecutionType: oneOf('STANDARD', 'EXPRESS') }),
      }),
    ),
    ItemReader: object({
      Resource: required(
        rule((value) =>
          /^arn:[^:]+:states:::s3:(getObject|listObjectsV2)$/.test(String(value))
            ? undefined
            : 'is not implemented here',
        ),
      ),
      ReaderConfig: object({ InputType: oneOf('JSON', 'JSONL'), MaxItems: whole(1, 100_000_000) }),
      Arguments: required(objectOrExpression),
    }),
    ItemBatcher: object({
      MaxItemsPerBatch: whole(1),
      MaxInputBytesPerBatch: whole(1, 262_144),
      BatchInput: objectOrExpression,
    }),
    ResultWriter: object({
      Resource: rule((value) =>
        /^arn:[^:]+:states:::s3:putObject$/.test(String(value)) ? undefined : 'is not implemented here',
      ),
      Arguments: objectOrExpression,
      WriterConfig: object({ Transformation: oneOf('NONE', 'COMPACT', 'FLATTEN'), OutputType: oneOf('JSON', 'JSONL') }),
    }),
    MaxConcurrency: whole(0),
    ToleratedFailureCount: whole(0),
    ToleratedFailurePercentage: whole(0, 100),
    Label: text,
  },
};
