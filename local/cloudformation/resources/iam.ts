import { arn } from '../../account.ts';
import type { PolicyDocument } from '../../role-store.ts';
import { type ResourceHandler, sourceOf, textOf } from '../resource-handler.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: PolicyDocument;
}

const role: ResourceHandler = {
  apply({ cloud, properties, name }) {
    const inline = (properties.Policies ?? []) as InlinePolicy[];
    const created = cloud.roles.putRole({
      name: textOf(properties.RoleName, name),
      assumeRolePolicy: properties.AssumeRolePolicyDocument as PolicyDocument | undefined,
      managedPolicyArns: (properties.ManagedPolicyArns ?? []) as string[],
      boundaryArn: properties.PermissionsBoundary as string | undefined,
      inline: Object.fromEntries(inline.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])),
    });
    return { physicalId: created.name, attributes: { Arn: created.arn, RoleId: `AROA${created.name}` } };
  },
  remove: (cloud, { physicalId }) => cloud.roles.removeRole(physicalId),
};

const policy: ResourceHandler = {
  apply(request) {
    const { cloud, properties, name } = request;
    const roles = (properties.Roles ?? []) as string[];
    cloud.roles.attach(sourceOf(request), properties.PolicyDocument as PolicyDocument, roles);
    return { physicalId: textOf(properties.PolicyName, name), attributes: {} };
  },
  remove: (cloud, _, source) => cloud.roles.detach(source),
};

const managedPolicy: ResourceHandler = {
  apply(request) {
    const { cloud, properties, name } = request;
    const policyArn = arn('iam', '', `policy/${textOf(properties.ManagedPolicyName, name)}`);
    const document = properties.PolicyDocument as PolicyDocument;
    cloud.roles.putManagedPolicy(policyArn, document);
    cloud.roles.attach(sourceOf(request), document, (properties.Roles ?? []) as string[]);
    return { physicalId: policyArn, attributes: { PolicyArn: policyArn } };
  },
  remove: (cloud, _, source) => cloud.roles.detach(source),
};

export const iamResources: Record<string, ResourceHandler> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
};
