import { DeployError } from './template.ts';

/** Where the intrinsic functions of one template find their values. */
export interface Scope {
  /** Value of `Ref` to a parameter, a pseudo parameter or a resource; throws {@link DeployError} when there is none. */
  ref(name: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  readonly region: string;
}

/** What `AWS::NoValue` evaluates to: the property that has it is left out. */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue');

const text = (value: unknown, where: string): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new DeployError(`${where} needs a string, not ${JSON.stringify(value)?.slice(0, 100)}`);
};

const list = (value: unknown, where: string): unknown[] => {
  if (Array.isArray(value)) return value;
  throw new DeployError(`${where} needs a list, not ${JSON.stringify(value)?.slice(0, 100)}`);
};

/** Evaluates every intrinsic function in `value` (CloudFormation's template reference, "Intrinsic functions"). */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((v) => evaluate(v, scope)).filter((v) => v !== NO_VALUE);
  if (typeof value === 'string') {
    if (value.includes('{{resolve:')) throw new DeployError(`not implemented here: dynamic reference ${value}`);
    return value;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0] === 'Condition' || only[0].startsWith('Fn::'))) {
    const [name, argument] = only;
    // "Condition" is a function inside conditions alone; elsewhere (IAM statements) it is a plain member.
    if (name !== 'Condition' || typeof argument === 'string') return call(name, argument, scope);
  }
  const result: Record<string, unknown> = {};
  for (const [key, member] of entries) {
    const evaluated = evaluate(member, scope);
    if (evaluated !== NO_VALUE) result[key] = evaluated;
  }
  return result;
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  const args = () => list(argument, name);
  const evaluated = () => list(evaluate(argument, scope), name);
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, name));
    case 'Condition':
      return scope.condition(text(argument, name));
    case 'Fn::GetAtt': {
      const [id, ...path] = typeof argument === 'string' ? argument.split('.') : args();
      return scope.getAtt(text(id, name), path.map((p) => text(evaluate(p, scope), name)).join('.'));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join': {
      const [separator, parts] = evaluated();
      return list(parts, name)
        .map((part) => text(part, name))
        .join(text(separator, name));
    }
    case 'Fn::Select': {
      const [index, from] = evaluated();
      const chosen = list(from, name)[Number(index)];
      if (chosen === undefined) throw new DeployError(`Fn::Select: no element ${String(index)}`);
      return chosen;
    }
    case 'Fn::Split': {
      const [separator, from] = evaluated();
      return text(from, name).split(text(separator, name));
    }
    case 'Fn::ImportValue':
      return scope.importValue(text(evaluate(argument, scope), name));
    case 'Fn::If': {
      const [condition, yes, no] = args();
      return evaluate(scope.condition(text(condition, name)) ? yes : no, scope);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = evaluated();
      return scope.mapping(text(map, name), text(first, name), text(second, name));
    }
    case 'Fn::Base64':
      return Buffer.from(text(evaluate(argument, scope), name)).toString('base64');
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => scope.region + zone);
    case 'Fn::Equals': {
      const [left, right] = evaluated();
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::Not':
      return evaluated()[0] !== true;
    case 'Fn::And':
      return evaluated().every((part) => part === true);
    case 'Fn::Or':
      return evaluated().some((part) => part === true);
    case 'Fn::Contains': {
      const [from, wanted] = evaluated();
      return list(from, name).includes(wanted);
    }
    default:
      throw new DeployError(`not implemented here: ${name}`);
  }
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, given] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = evaluate(given ?? {}, scope) as Record<string, unknown>;
  return text(template, 'Fn::Sub').replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return text(variables[name], 'Fn::Sub');
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1));
    return text(value, `Fn::Sub \${${name}}`);
  });
}

/** The names that `value` refers to by Ref, Fn::GetAtt or Fn::Sub, parameters and pseudo parameters among them. */
export function references(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const part of value) references(part, found);
  else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      if (key === 'Ref' && typeof member === 'string') found.add(member);
      else if (key === 'Fn::GetAtt') found.add(String(Array.isArray(member) ? member[0] : member).split('.')[0] ?? '');
      else if (key === 'Fn::Sub') {
        const template = String(Array.isArray(member) ? member[0] : member);
        for (const match of template.matchAll(/\$\{([^!}.]+)[^}]*\}/g)) found.add(match[1] ?? '');
        if (Array.isArray(member)) references(member[1], found);
      } else references(member, found);
    }
  }
  return found;
}
