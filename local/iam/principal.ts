import type { Statement } from './statement.ts';

const accountOf = (roleArn: string): string => roleArn.split(':')[4] ?? '';

/**
 * Whether a statement of a resource's policy speaks of this role. An account (its id or root ARN) is all of its roles
 * for a Deny; for an Allow it only leaves the matter to the roles' own policies.
 */
export function principalApplies({ principals, effect }: Statement, roleArn: string): boolean {
  if (!principals) return false;
  const account = accountOf(roleArn);
  const isOne = principals.patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === roleArn ||
      (effect === 'Deny' && (pattern === account || pattern === `arn:${roleArn.split(':')[1]}:iam::${account}:root`)),
  );
  return isOne !== principals.isNot;
}

/** Whether it is this very role that the statement names: then nothing in the role's own policies is needed. */
export const namesRole = ({ principals }: Statement, roleArn: string): boolean =>
  principals !== undefined && !principals.isNot && principals.patterns.includes(roleArn);
