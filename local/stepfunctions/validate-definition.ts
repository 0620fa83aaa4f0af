import { compileDefinition } from './compile-definition.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type FieldRule, STATE_FIELDS } from './state-fields.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  /** A JSON pointer into the definition. */
  readonly location: string;
}

const MAX_DEFINITION_BYTES = 1024 * 1024;

/** What is wrong with a definition; nothing when it can run here. */
export function validateDefinition(text: string): Problem[] {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) return [problem('the definition is longer than 1 MB', '/')];
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: 'the definition is not JSON', location: '/' }];
  }
  if (!isObject(definition)) return [problem('the definition is not an object', '/')];
  if (definition.QueryLanguage !== 'JSONata') {
    return [problem('not implemented here: a QueryLanguage other than JSONata', '/QueryLanguage')];
  }
  const problems: Problem[] = [];
  const top = ['QueryLanguage', 'TimeoutSeconds', 'Version'];
  checkScope(definition, '', top, new Set(), new Set(), problems);
  if (problems.length > 0) return problems;
  try {
    compileDefinition(definition);
  } catch (error) {
    return [problem(error instanceof Error ? error.message : String(error), '/')];
  }
  return [];
}

const problem = (message: string, location: string): Problem => ({
  code: 'SCHEMA_VALIDATION_FAILED',
  message,
  location,
});

function checkScope(
  scope: JsonObject,
  at: string,
  more: readonly string[],
  outerVariables: ReadonlySet<string>,
  names: Set<string>,
  problems: Problem[],
): void {
  const say = (message: string, location: string) => problems.push(problem(message, location));
  for (const key of Object.keys(scope)) {
    if (!['Comment', 'StartAt', 'States', ...more].includes(key)) say(`unknown field ${key}`, `${at}/${key}`);
  }
  const timeout = scope.TimeoutSeconds;
  if (timeout !== undefined && !(Number.isInteger(timeout) && Number(timeout) > 0)) {
    say('TimeoutSeconds must be a whole number from 1 on', `${at}/TimeoutSeconds`);
  }
  const { States: states, StartAt: startAt } = scope;
  if (!isObject(states) || Object.keys(states).length === 0) return void say('States must hold states', `${at}/States`);
  if (typeof startAt !== 'string' || !Object.hasOwn(states, startAt)) {
    say(`StartAt names no state: ${JSON.stringify(startAt)}`, `${at}/StartAt`);
  }
  const variables = new Set([...outerVariables, ...assignedIn(states)]);
  for (const [name, state] of Object.entries(states)) {
    const location = `${at}/States/${name}`;
    if (name.length > 80) say('the name of a state has at most 80 characters', location);
    if (names.has(name)) say(`the name ${name} is taken by another state`, location);
    names.add(name);
    if (!isObject(state)) say('a state is an object', location);
    else checkState(state, location, states, outerVariables, variables, names, problems);
  }
  for (const name of unreachable(states, startAt)) say(`no way leads to the state ${name}`, `${at}/States/${name}`);
}

function checkState(
  state: JsonObject,
  at: string,
  states: JsonObject,
  outerVariables: ReadonlySet<string>,
  variables: ReadonlySet<string>,
  names: Set<string>,
  problems: Problem[],
): void {
  const say = (message: string, location: string) => problems.push(problem(message, location));
  const type = String(state.Type);
  const rules = Object.hasOwn(STATE_FIELDS, type) ? STATE_FIELDS[type] : undefined;
  if (!rules) return void say(`unknown Type ${type}`, `${at}/Type`);
  checkFields(state, rules, at, problems);
  for (const target of targetsOf(state)) {
    if (!Object.hasOwn(states, target)) say(`there is no state ${target}`, at);
  }
  const endless = !['Choice', 'Succeed', 'Fail'].includes(type);
  if (endless && (state.Next === undefined) === (state.End !== true)) say('exactly one of Next and End', at);
  if (type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    say('exactly one of Seconds and Timestamp', at);
  }
  for (const name of assignedBy(state)) {
    if (outerVariables.has(name)) say(`the variable ${name} belongs to an outer scope`, `${at}/Assign/${name}`);
    if (name === 'states' || !/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      say(`${name} is no name for a variable`, `${at}/Assign/${name}`);
    }
  }
  for (const [index, branch] of listOf(state.Branches).entries()) {
    checkScope(branch, `${at}/Branches/${index}`, [], variables, names, problems);
  }
  const { ItemProcessor: processor } = state;
  if (type !== 'Map' || !isObject(processor)) return;
  const distributed = (processor.ProcessorConfig as JsonObject | undefined)?.Mode === 'DISTRIBUTED';
  checkMap(state, distributed, at, problems);
  checkScope(
    processor,
    `${at}/ItemProcessor`,
    ['ProcessorConfig'],
    distributed ? new Set() : variables,
    names,
    problems,
  );
}

const DISTRIBUTED_ONLY = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
];

function checkMap(state: JsonObject, distributed: boolean, at: string, problems: Problem[]): void {
  const surplus = distributed ? [] : DISTRIBUTED_ONLY.filter((key) => state[key] !== undefined);
  for (const key of surplus) problems.push(problem(`${key} needs the mode DISTRIBUTED`, `${at}/${key}`));
  if (state.ItemReader !== undefined && state.Items !== undefined) {
    problems.push(problem('Items and ItemReader exclude each other', at));
  }
  const label = state.Label;
  if (label !== undefined && !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,40}$/u.test(String(label))) {
    problems.push(problem('a Label has at most 40 characters, none of them special', `${at}/Label`));
  }
}

/** Unknown and missing fields, and values of the wrong form, down to the innermost object. */
function checkFields(value: JsonObject, rules: Record<string, FieldRule>, at: string, problems: Problem[]): void {
  const say = (message: string, location: string) => problems.push(problem(message, location));
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(rules, key)) say(`unknown field ${key}`, `${at}/${key}`);
  }
  for (const [key, rule] of Object.entries(rules)) {
    const member = value[key];
    if (member === undefined) {
      if (rule.required) say(`${key} is missing`, at);
      continue;
    }
    const wrong = rule.check(member);
    if (wrong) say(`${key} ${wrong}`, `${at}/${key}`);
    else if (rule.members && isObject(member)) checkFields(member, rule.members, `${at}/${key}`, problems);
    else if (rule.members) {
      for (const [index, item] of listOf(member).entries()) {
        checkFields(item, rule.members, `${at}/${key}/${index}`, problems);
        if (rule.last && index < listOf(member).length - 1 && (item.ErrorEquals as Json[]).includes('States.ALL')) {
          say('States.ALL must be the last', `${at}/${key}/${index}`);
        }
      }
    }
  }
}

const listOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const targetsOf = (state: JsonObject): string[] =>
  [state, ...listOf(state.Choices), ...listOf(state.Catch)]
    .flatMap(({ Next }) => (Next === undefined ? [] : [String(Next)]))
    .concat(state.Default === undefined ? [] : [String(state.Default)]);

const assignedBy = (state: JsonObject): string[] =>
  [state, ...listOf(state.Choices), ...listOf(state.Catch)].flatMap(({ Assign }) =>
    isObject(Assign) ? Object.keys(Assign) : [],
  );

const assignedIn = (states: JsonObject): string[] =>
  Object.values(states).flatMap((state) => (isObject(state) ? assignedBy(state) : []));

function unreachable(states: JsonObject, startAt: Json | undefined): string[] {
  const seen = new Set<string>();
  const open = [String(startAt)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states[name];
    if (seen.has(name) || !isObject(state)) continue;
    seen.add(name);
    open.push(...targetsOf(state));
  }
  return Object.keys(states).filter((name) => !seen.has(name));
}
