import { Authorizer } from '../../../../local/iam/authorizer.ts';
import type { RequestContext } from '../../../../local/iam/condition.ts';
import type { PolicyDocument } from '../../../../local/role-store.ts';
import type { Caller } from '../../../../local/service.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/step';
export const role: Caller = { kind: 'role', roleArn };

export interface Policies {
  readonly identity: readonly unknown[];
  readonly boundary?: readonly unknown[];
  readonly resource?: Readonly<Record<string, readonly unknown[]>>;
}

const document = (statements: readonly unknown[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });

/** An authorizer of one role with these statements in its policy `inline`. */
export function authorizerOf({ identity, boundary, resource = {} }: Policies): Authorizer {
  const documents = new Map(Object.entries(resource).map(([arn, statements]) => [arn, document(statements)]));
  const own = document(identity);
  const bounds = boundary && document(boundary);
  return new Authorizer({
    roles: () => [{ arn: roleArn }],
    policiesOf: (arn) => (arn === roleArn ? [{ source: 'inline', document: own }] : []),
    boundaryOf: () => bounds,
    resourcePolicy: (arn) => documents.get(arn),
  });
}

/** Whether one statement with this condition allows a request with this context. */
export function holds(condition: unknown, context: RequestContext): boolean {
  const authorizer = authorizerOf({
    identity: [{ Effect: 'Allow', Action: 'a:B', Resource: '*', Condition: condition }],
  });
  return authorizer.authorize(role, { action: 'a:B', resource: 'r', context }).allowed;
}
