import { arn } from './account.ts';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: unknown;
}

export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly assumeRolePolicy: PolicyDocument | undefined;
  readonly managedPolicyArns: readonly string[];
  readonly boundaryArn: string | undefined;
  /** Inline policies of the role itself, by name. */
  readonly inline: Readonly<Record<string, PolicyDocument>>;
}

/** One policy that applies to a role, and where it comes from. */
export interface AppliedPolicy {
  /** Logical id, name or ARN: what a report of unused grants names. */
  readonly source: string;
  readonly document: PolicyDocument;
}

interface Attachment {
  readonly document: PolicyDocument;
  readonly roles: readonly string[];
}

/** Roles, their policies, and the policies of resources, as the templates say. What authorization judges by. */
export class RoleStore {
  readonly #roles = new Map<string, Role>();
  /** AWS::IAM::Policy and AWS::IAM::ManagedPolicy by stack and logical id. */
  readonly #attachments = new Map<string, Attachment>();
  readonly #managed = new Map<string, PolicyDocument>();
  /** By ARN of the bucket, key, topic or queue. */
  readonly #resourcePolicies = new Map<string, PolicyDocument>();

  putRole(role: Omit<Role, 'arn'>): Role {
    const whole = { ...role, arn: arn('iam', '', `role/${role.name}`) };
    this.#roles.set(whole.arn, whole);
    return whole;
  }

  removeRole(name: string): void {
    this.#roles.delete(arn('iam', '', `role/${name}`));
  }

  /** Attaches a policy to roles (by name); the same source again replaces it. */
  attach(source: string, document: PolicyDocument, roles: readonly string[]): void {
    this.#attachments.set(source, { document, roles });
  }

  detach(source: string): void {
    this.#attachments.delete(source);
  }

  putManagedPolicy(policyArn: string, document: PolicyDocument): void {
    this.#managed.set(policyArn, document);
  }

  putResourcePolicy(resourceArn: string, document: PolicyDocument): void {
    this.#resourcePolicies.set(resourceArn, document);
  }

  removeResourcePolicy(resourceArn: string): void {
    this.#resourcePolicies.delete(resourceArn);
  }

  resourcePolicy(resourceArn: string): PolicyDocument | undefined {
    return this.#resourcePolicies.get(resourceArn);
  }

  roles(): Role[] {
    return [...this.#roles.values()];
  }

  role(roleArn: string): Role | undefined {
    return this.#roles.get(roleArn);
  }

  /** Every identity policy of a role. Managed policies of AWS that no template defines are left out. */
  policiesOf(roleArn: string): AppliedPolicy[] {
    const role = this.#roles.get(roleArn);
    if (!role) return [];
    const inline = Object.entries(role.inline).map(([name, document]) => ({
      source: `${role.name}/${name}`,
      document,
    }));
    const attached = [...this.#attachments].flatMap(([source, { document, roles }]) =>
      roles.includes(role.name) ? [{ source, document }] : [],
    );
    const managed = role.managedPolicyArns.flatMap((source) => {
      const document = this.#managed.get(source) ?? AWS_MANAGED[source.split('/').at(-1) ?? ''];
      return document ? [{ source, document }] : [];
    });
    return [...inline, ...attached, ...managed];
  }

  /** The permissions boundary of a role, if it has one. */
  boundaryOf(roleArn: string): PolicyDocument | undefined {
    const boundary = this.#roles.get(roleArn)?.boundaryArn;
    return boundary === undefined ? undefined : (this.#managed.get(boundary) ?? { Statement: [] });
  }
}

/** Policies that AWS keeps and that CDK attaches by itself ("AWS Managed Policy Reference Guide"). */
const AWS_MANAGED: Record<string, PolicyDocument> = {
  AWSLambdaBasicExecutionRole: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
    ],
  },
};
