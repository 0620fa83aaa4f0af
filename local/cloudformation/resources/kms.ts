import { createHash } from 'node:crypto';
import { arn } from '../../account.ts';
import type { PolicyDocument } from '../../role-store.ts';
import { type ResourceHandler, sourceOf, textOf } from '../resource-handler.ts';

const key: ResourceHandler = {
  apply(request) {
    const { cloud, properties } = request;
    const hex = createHash('sha256').update(sourceOf(request)).digest('hex');
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
    const keyArn = arn('kms', cloud.region, `key/${id}`);
    const policy = properties.KeyPolicy as PolicyDocument | undefined;
    cloud.kms.keys.set(id, { id, arn: keyArn, description: textOf(properties.Description, ''), policy });
    if (policy) cloud.roles.putResourcePolicy(keyArn, policy);
    return { physicalId: id, attributes: { Arn: keyArn, KeyId: id } };
  },
};

const alias: ResourceHandler = {
  apply({ cloud, properties }) {
    const name = String(properties.AliasName);
    const target = String(properties.TargetKeyId);
    cloud.kms.aliases.set(name, target.split(':key/').at(-1) ?? target);
    return { physicalId: name, attributes: {} };
  },
  remove: (cloud, { physicalId }) => void cloud.kms.aliases.delete(physicalId),
};

export const kmsResources: Record<string, ResourceHandler> = { 'AWS::KMS::Key': key, 'AWS::KMS::Alias': alias };
