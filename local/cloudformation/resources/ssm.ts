import { type ResourceHandler, textOf } from '../resource-handler.ts';

const parameter: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.Name, generated);
    const type = String(properties.Type);
    const value = String(properties.Value);
    cloud.ssm.put(name, type, value);
    return { physicalId: name, attributes: { Type: type, Value: value } };
  },
  remove: (cloud, { physicalId }) => cloud.ssm.delete(physicalId),
};

const document: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.Name, generated);
    const content = properties.Content;
    cloud.ssm.documents.set(name, {
      name,
      type: textOf(properties.DocumentType, 'Command'),
      format: textOf(properties.DocumentFormat, 'JSON'),
      content: typeof content === 'string' ? content : JSON.stringify(content),
    });
    return { physicalId: name, attributes: {} };
  },
  remove: (cloud, { physicalId }) => void cloud.ssm.documents.delete(physicalId),
};

export const ssmResources: Record<string, ResourceHandler> = {
  'AWS::SSM::Parameter': parameter,
  'AWS::SSM::Document': document,
};
