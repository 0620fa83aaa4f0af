import type { PolicyDocument } from '../role-store.ts';
import { type ConditionTest, readConditions } from './condition.ts';

/** A pattern list and whether it is the one of `Not…`. */
export interface Patterns {
  readonly patterns: readonly string[];
  readonly isNot: boolean;
}

/** One statement of a policy, read once. */
export interface Statement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  /** undefined in the policy of a resource that names no resource. */
  readonly resources: Patterns | undefined;
  /** undefined in the policy of an identity. */
  readonly principals: (Patterns & { readonly services: readonly string[] }) | undefined;
  readonly conditions: readonly ConditionTest[];
}

type Raw = Record<string, unknown>;

const known = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

function texts(value: unknown, where: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  for (const one of list) {
    if (typeof one !== 'string') throw new Error(`${where} must be text, not ${JSON.stringify(one)}`);
    // ${aws:username} and its kind would need values that nothing here has.
    if (one.includes('${')) throw new Error(`${where}: policy variables are not implemented here: ${one}`);
  }
  return list as string[];
}

function patterns(raw: Raw, name: 'Action' | 'Resource', where: string): Patterns | undefined {
  const not = `Not${name}`;
  if (raw[name] !== undefined && raw[not] !== undefined) throw new Error(`${where} has both ${name} and ${not}`);
  if (raw[name] !== undefined) return { patterns: texts(raw[name], `${where}.${name}`), isNot: false };
  return raw[not] === undefined ? undefined : { patterns: texts(raw[not], `${where}.${not}`), isNot: true };
}

function readPrincipals(raw: Raw, where: string): Statement['principals'] {
  const given = raw.Principal ?? raw.NotPrincipal;
  if (given === undefined) return undefined;
  const isNot = raw.NotPrincipal !== undefined;
  if (typeof given === 'string') return { patterns: texts(given, where), services: [], isNot };
  const { AWS = [], Service = [], ...others } = given as Raw;
  const rest = Object.values(others).flatMap((value) => texts(value, `${where}.Principal`));
  return {
    patterns: texts(AWS, `${where}.Principal`),
    services: [...texts(Service, `${where}.Principal`), ...rest],
    isNot,
  };
}

/** @throws Error for what this evaluation would get wrong: members, operators, variables that it does not know. */
export function readStatements(document: PolicyDocument, source: string): Statement[] {
  const list = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return (list as Raw[]).map((raw, index) => {
    const where = `${source}[${index}]`;
    for (const name of Object.keys(raw))
      if (!known.has(name)) throw new Error(`${where} has an unknown member ${name}`);
    if (raw.Effect !== 'Allow' && raw.Effect !== 'Deny') throw new Error(`${where}.Effect must be Allow or Deny`);
    const actions = patterns(raw, 'Action', where);
    if (!actions) throw new Error(`${where} has no Action`);
    return {
      index,
      sid: raw.Sid === undefined ? undefined : String(raw.Sid),
      effect: raw.Effect,
      actions,
      resources: patterns(raw, 'Resource', where),
      principals: readPrincipals(raw, where),
      conditions: readConditions(raw.Condition, where),
    };
  });
}
