import { matchesWildcard } from './wildcard.ts';

/** What is known of a request; a key that is not there is absent, not empty. Names of keys have no case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** One operator and key of a `Condition` block; a statement applies when all of its tests hold. */
export type ConditionTest = (context: ReadonlyMap<string, readonly string[]>) => boolean;

type Match = (wanted: string, actual: string) => boolean;

const numeric =
  (compare: (wanted: number, actual: number) => boolean): Match =>
  (wanted, actual) => {
    const [w, a] = [Number(wanted), Number(actual)];
    return wanted.trim() !== '' && actual.trim() !== '' && !Number.isNaN(w) && !Number.isNaN(a) && compare(w, a);
  };

/** The six parts of an ARN match one by one; a wildcard reaches over a colon only in the last. */
const arnLike: Match = (wanted, actual) => {
  const parts = (text: string) => {
    const all = text.split(':');
    return [...all.slice(0, 5), all.slice(5).join(':')];
  };
  const [w, a] = [parts(wanted), parts(actual)];
  return w.every((part, i) => matchesWildcard(part, a[i] ?? ''));
};

/** Operators by name, without `…IfExists`, `ForAllValues:` and `ForAnyValue:`; `Not…` ones are in {@link negations}. */
const matches: Record<string, Match> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: matchesWildcard,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  NumericEquals: numeric((wanted, actual) => actual === wanted),
  NumericLessThan: numeric((wanted, actual) => actual < wanted),
  NumericLessThanEquals: numeric((wanted, actual) => actual <= wanted),
  NumericGreaterThan: numeric((wanted, actual) => actual > wanted),
  NumericGreaterThanEquals: numeric((wanted, actual) => actual >= wanted),
};

const negations: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

interface Operator {
  readonly match: Match;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
  readonly quantifier: 'all' | 'any' | undefined;
}

function readOperator(name: string, where: string): Operator {
  const [, prefix, base, suffix] = /^(ForAllValues:|ForAnyValue:)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  const positive = base === undefined ? '' : (negations[base] ?? base);
  const match = Object.hasOwn(matches, positive) ? matches[positive] : undefined;
  if (!match) throw new Error(`${where}: the condition operator ${name} is not implemented here`);
  return {
    match,
    isNegated: base !== positive,
    ifExists: suffix !== undefined,
    quantifier: prefix === 'ForAllValues:' ? 'all' : prefix === 'ForAnyValue:' ? 'any' : undefined,
  };
}

/**
 * IAM User Guide, "Condition operators" and "Set operators": an absent key fails an operator unless it is negated,
 * `…IfExists` or `ForAllValues:`. A key with several values under an operator without quantifier must hold for each.
 */
function testOf(
  { match, isNegated, ifExists, quantifier }: Operator,
  key: string,
  wanted: readonly string[],
): ConditionTest {
  const holds = (value: string) => wanted.some((one) => match(one, value)) !== isNegated;
  return (context) => {
    const values = context.get(key);
    if (values === undefined) return ifExists || quantifier === 'all' || (isNegated && quantifier === undefined);
    return quantifier === 'any' ? values.some(holds) : values.every(holds);
  };
}

/** `Null: { key: "true" }` holds when the key is absent. */
const nullTest =
  (key: string, wanted: readonly string[]): ConditionTest =>
  (context) =>
    wanted.some((one) => (one.toLowerCase() === 'true') === !context.has(key));

/** Reads a `Condition` block. @throws Error for an operator that is not known */
export function readConditions(block: unknown, where: string): ConditionTest[] {
  if (block === undefined) return [];
  return Object.entries(block as Record<string, Record<string, unknown>>).flatMap(([name, keys]) =>
    Object.entries(keys).map(([key, value]) => {
      const wanted = (Array.isArray(value) ? value : [value]).map(String);
      if (wanted.some((one) => one.includes('${')))
        throw new Error(`${where}: policy variables are not implemented here: ${wanted.join(', ')}`);
      if (name === 'Null') return nullTest(key.toLowerCase(), wanted);
      return testOf(readOperator(name, where), key.toLowerCase(), wanted);
    }),
  );
}

/** A key with no values is an absent one. */
export const contextMap = (context: RequestContext): Map<string, readonly string[]> =>
  new Map(
    Object.entries(context)
      .map(([key, value]): [string, readonly string[]] => [
        key.toLowerCase(),
        typeof value === 'string' ? [value] : value,
      ])
      .filter(([, values]) => values.length > 0),
  );
