import type { AppliedPolicy, PolicyDocument } from '../role-store.ts';
import type { Caller } from '../service.ts';
import type { AccessRequest } from './access-request.ts';
import { contextMap } from './condition.ts';
import { type Grant, GrantUsage, type UsedGrant } from './grant-usage.ts';
import { namesRole, principalApplies } from './principal.ts';
import { type Patterns, readStatements, type Statement } from './statement.ts';
import { matchesWildcard } from './wildcard.ts';

interface StatementName {
  readonly source: string;
  readonly index: number;
  readonly sid: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** What allowed or denied it; absent when nothing applies. */
  readonly statement?: StatementName;
}

/** Where policies come from; a RoleStore is one. They may change between calls. */
export interface PolicySource {
  roles(): readonly { readonly arn: string }[];
  policiesOf(roleArn: string): readonly AppliedPolicy[];
  boundaryOf?(roleArn: string): PolicyDocument | undefined;
  resourcePolicy?(resourceArn: string): PolicyDocument | undefined;
}

interface Found {
  readonly source: string;
  readonly statement: Statement;
}

/**
 * Judges as IAM does within one account: an explicit Deny of any policy wins, then something must allow: the policies
 * of the role within its permissions boundary, or the resource's policy naming the role (IAM User Guide, "Policy
 * evaluation logic"). Policies of organizations and sessions do not exist here. The operator may do everything.
 */
export class Authorizer {
  readonly #policies: PolicySource;
  readonly #usage = new GrantUsage();
  readonly #read = new WeakMap<PolicyDocument, Statement[]>();

  constructor(policies: PolicySource) {
    this.#policies = policies;
  }

  /** Judges, and remembers which grants allowed it. */
  authorize(caller: Caller, request: AccessRequest): Decision {
    return this.#judge(caller, request, true);
  }

  /** Judges without remembering: for questions that are no use of a grant. */
  isAllowed(caller: Caller, request: AccessRequest): boolean {
    return this.#judge(caller, request, false).allowed;
  }

  #judge(caller: Caller, request: AccessRequest, isUse: boolean): Decision {
    if (caller.kind === 'operator') return { allowed: true, reason: 'the operator may do everything' };
    const { roleArn } = caller;
    const identity = this.#applying(this.#policies.policiesOf(roleArn), request);
    const boundary = this.#policies.boundaryOf?.(roleArn);
    const bounded = boundary && this.#applying([{ source: 'permissions boundary', document: boundary }], request);
    const resource = this.#resourceStatements(request).filter(({ statement }) => principalApplies(statement, roleArn));
    const all = [...identity, ...(bounded ?? []), ...resource];
    const denying = all.find(({ statement }) => statement.effect === 'Deny');
    if (denying) return decided(false, 'an explicit Deny', denying);
    const named = resource.find(({ statement }) => statement.effect === 'Allow' && namesRole(statement, roleArn));
    if (named) return decided(true, "the resource's policy names the role", named);
    const open = resource.find(({ statement }) => statement.effect === 'Allow');
    const allowing = identity.filter(({ statement }) => statement.effect === 'Allow');
    const first = allowing[0] ?? open;
    if (!first) return { allowed: false, reason: `no identity-based policy allows the ${request.action} action` };
    if (bounded && bounded.length === 0)
      return { allowed: false, reason: `no permissions boundary allows the ${request.action} action` };
    for (const { source, statement } of isUse ? allowing : [])
      for (const grant of grantsOf(roleArn, source, statement))
        if (statement.actions.isNot || actionMatches(grant.action, request.action))
          this.#usage.record(grant, request.resource);
    return decided(true, 'an Allow', first);
  }

  /** Every action of every Allow statement that has allowed nothing yet. */
  unusedGrants(): Grant[] {
    return this.#policies.roles().flatMap(({ arn }) =>
      this.#policies.policiesOf(arn).flatMap(({ source, document }) =>
        this.#statements(document, source)
          .filter((statement) => statement.effect === 'Allow')
          .flatMap((statement) => grantsOf(arn, source, statement))
          .filter((grant) => !this.#usage.has(grant)),
      ),
    );
  }

  usedGrants(): UsedGrant[] {
    return this.#usage.list();
  }

  #statements(document: PolicyDocument, source: string): Statement[] {
    const known = this.#read.get(document);
    if (known) return known;
    const statements = readStatements(document, source);
    this.#read.set(document, statements);
    return statements;
  }

  #applying(policies: readonly AppliedPolicy[], request: AccessRequest): Found[] {
    const context = contextMap(request.context);
    return policies.flatMap(({ source, document }) =>
      this.#statements(document, source)
        .filter((statement) => applies(statement, request, context))
        .map((statement) => ({ source, statement })),
    );
  }

  /** An object is judged by its bucket's policy. */
  #resourceStatements(request: AccessRequest): Found[] {
    const arn = request.resource;
    const owner = /^arn:[^:]+:s3:::[^/]+/.exec(arn)?.[0] ?? arn;
    const document = this.#policies.resourcePolicy?.(owner);
    return document ? this.#applying([{ source: `policy of ${owner}`, document }], request) : [];
  }
}

const actionMatches = (pattern: string, action: string): boolean =>
  matchesWildcard(pattern.toLowerCase(), action.toLowerCase());

const oneOf = ({ patterns, isNot }: Patterns, isMatch: (pattern: string) => boolean): boolean =>
  patterns.some(isMatch) !== isNot;

function applies(
  statement: Statement,
  { action, resource }: AccessRequest,
  context: ReadonlyMap<string, readonly string[]>,
): boolean {
  return (
    oneOf(statement.actions, (pattern) => actionMatches(pattern, action)) &&
    (!statement.resources || oneOf(statement.resources, (pattern) => matchesWildcard(pattern, resource))) &&
    statement.conditions.every((test) => test(context))
  );
}

function grantsOf(roleArn: string, source: string, statement: Statement): Grant[] {
  const written = ({ patterns, isNot }: Patterns) => patterns.map((pattern) => (isNot ? `!${pattern}` : pattern));
  const { index, sid, actions, resources } = statement;
  // Actions that a NotAction leaves are one grant: which of them are used does not tell what could be left out.
  const names = actions.isNot ? [written(actions).join(' ')] : actions.patterns;
  return names.map((action) => ({
    ...{ roleArn, source, statement: index, sid, action },
    resources: resources ? written(resources) : [],
  }));
}

const decided = (allowed: boolean, what: string, { source, statement }: Found): Decision => {
  const { index, sid } = statement;
  const reason = `${what}: ${source}[${index}]${sid === undefined ? '' : ` (${sid})`}`;
  return { allowed, reason, statement: { source, index, sid } };
};
