import jsonata from 'jsonata';
import { isObject, type Json } from './json.ts';
import { StateError } from './state-error.ts';

/** A value of a definition in which strings of the form `{% … %}` are JSONata, compiled once. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] }
  | Expression;

interface Expression {
  readonly kind: 'expression';
  readonly source: string;
  readonly location: string;
  readonly compiled: jsonata.Expression;
  /** `$a.b.c` is walked without the evaluator, as long as no array is on the way. */
  readonly path: readonly string[] | undefined;
}

/** What an expression sees: `$states` and the variables in scope. */
export type Bindings = Record<string, unknown>;

const SIMPLE_PATH = /^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/**
 * @param functions what the expressions may call besides JSONata's own, by name
 * @throws SyntaxError with the field's location for an expression that does not compile
 */
export function compileTemplate(value: Json, location: string, functions: Record<string, unknown> = {}): Template {
  if (typeof value === 'string') return compileString(value, location, functions);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(item, `${location}[${index}]`, functions));
    return items.every((item) => item.kind === 'constant') ? { kind: 'constant', value } : { kind: 'array', items };
  }
  if (isObject(value)) {
    const entries = Object.entries(value).map(
      ([key, member]) => [key, compileTemplate(member, `${location}/${key}`, functions)] as const,
    );
    return entries.every(([, member]) => member.kind === 'constant')
      ? { kind: 'constant', value }
      : { kind: 'object', entries };
  }
  return { kind: 'constant', value };
}

function compileString(text: string, location: string, functions: Record<string, unknown>): Template {
  const opens = text.startsWith('{%');
  if (opens !== text.endsWith('%}')) throw new SyntaxError(`${location}: an expression is written {% … %}`);
  if (!opens) return { kind: 'constant', value: text };
  const source = text.slice(2, -2).trim();
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(source);
  } catch (error) {
    throw new SyntaxError(`${location}: ${messageOf(error)}`);
  }
  if (usesEval(compiled.ast())) throw new SyntaxError(`${location}: $eval is not supported; use $parse`);
  for (const [name, implementation] of Object.entries(functions)) compiled.assign(name, implementation);
  const path = SIMPLE_PATH.test(source) ? source.slice(1).split('.') : undefined;
  return { kind: 'expression', source, location, compiled, path };
}

/** @throws StateError States.QueryEvaluationError when an expression fails or yields nothing. */
export async function evaluate(template: Template, bindings: Bindings): Promise<Json> {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression': {
      const quick = template.path && walk(template.path, bindings);
      return quick === undefined ? evaluateExpression(template, bindings) : quick;
    }
    case 'array': {
      const items: Json[] = [];
      for (const item of template.items)
        items.push(item.kind === 'constant' ? item.value : await evaluate(item, bindings));
      return items;
    }
    case 'object': {
      const members: [string, Json][] = [];
      for (const [key, member] of template.entries) {
        members.push([key, member.kind === 'constant' ? member.value : await evaluate(member, bindings)]);
      }
      return Object.fromEntries(members);
    }
  }
}

async function evaluateExpression(expression: Expression, bindings: Bindings): Promise<Json> {
  let result: unknown;
  try {
    result = await expression.compiled.evaluate(undefined, bindings);
  } catch (error) {
    throw failed(expression, `threw an error during evaluation. ${messageOf(error)}`);
  }
  if (result === undefined) throw failed(expression, 'returned nothing (undefined).');
  return plain(result, expression);
}

function failed(expression: Expression, what: string): StateError {
  const text = `The JSONata expression '${expression.source}' specified for the field '${expression.location}' ${what}`;
  return new StateError('States.QueryEvaluationError', text, expression.location);
}

/** undefined: let the evaluator decide. */
function walk(path: readonly string[], bindings: Bindings): Json | undefined {
  let value: unknown = bindings[path[0] as string];
  for (let at = 1; at < path.length; at++) {
    if (!isObject(value) || !Object.hasOwn(value, path[at] as string)) return undefined;
    value = value[path[at] as string];
  }
  return typeof value === 'function' ? undefined : (value as Json | undefined);
}

/** JSONata marks its sequences with hidden properties that would change what a later expression does with them. */
function plain(value: unknown, expression: Expression): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    const isPlain = !('sequence' in value || 'cons' in value || 'keepSingleton' in value);
    const items = value.map((item) => plain(item, expression));
    return isPlain && items.every((item, index) => item === value[index]) ? (value as Json[]) : items;
  }
  if (isObject(value) && !('_jsonata_lambda' in value) && !('_jsonata_function' in value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, plain(member, expression)]));
  }
  throw failed(expression, 'returned a value that is not JSON.');
}

function usesEval(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(usesEval);
  if (typeof node !== 'object' || node === null) return false;
  if ('type' in node && 'value' in node && node.type === 'variable' && node.value === 'eval') return true;
  return Object.values(node).some(usesEval);
}

const messageOf = (error: unknown): string =>
  isObject(error) || error instanceof Error ? String((error as { message?: unknown }).message) : String(error);
