import { arn } from '../../account.ts';
import type { PolicyDocument } from '../../role-store.ts';
import { type ResourceHandler, sourceOf, textOf } from '../resource-handler.ts';

type Shape = Record<string, unknown>;

const topic: ResourceHandler = {
  apply(request) {
    const { cloud, properties } = request;
    const name = textOf(properties.TopicName, request.name);
    const topicArn = arn('sns', cloud.region, name);
    const subscriptions = cloud.sns.topics.get(topicArn) ?? new Map();
    cloud.sns.topics.set(topicArn, subscriptions);
    ((properties.Subscription ?? []) as Shape[]).forEach((one, at) => {
      const id = `${sourceOf(request)}/${at}`;
      subscriptions.set(id, {
        arn: `${topicArn}:${at}`,
        protocol: String(one.Protocol),
        endpoint: String(one.Endpoint),
      });
    });
    return { physicalId: topicArn, attributes: { TopicArn: topicArn, TopicName: name } };
  },
  remove: (cloud, { physicalId }) => void cloud.sns.topics.delete(physicalId),
};

const subscription: ResourceHandler = {
  apply(request) {
    const { cloud, properties, name } = request;
    const topicArn = String(properties.TopicArn);
    const subscriptionArn = `${topicArn}:${name}`;
    cloud.sns.topics.get(topicArn)?.set(sourceOf(request), {
      arn: subscriptionArn,
      protocol: String(properties.Protocol),
      endpoint: String(properties.Endpoint),
    });
    return { physicalId: subscriptionArn, attributes: { Arn: subscriptionArn } };
  },
  remove(cloud, _, source) {
    for (const subscriptions of cloud.sns.topics.values()) subscriptions.delete(source);
  },
};

const queue: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.QueueName, generated);
    const { url, arn: queueArn } = cloud.sqs.createQueue(name);
    return { physicalId: url, attributes: { Arn: queueArn, QueueName: name, QueueUrl: url } };
  },
  remove: (cloud, { attributes }) => cloud.sqs.deleteQueue(String(attributes.QueueName)),
};

/** The policy of topics or queues: kept for whoever judges it. */
const resourcePolicy = (list: 'Topics' | 'Queues'): ResourceHandler => ({
  apply({ cloud, properties, name }) {
    const document = properties.PolicyDocument as PolicyDocument;
    for (const target of (properties[list] ?? []) as string[]) {
      const targetArn = target.startsWith('arn:') ? target : arn('sqs', cloud.region, target.split('/').at(-1) ?? '');
      cloud.roles.putResourcePolicy(targetArn, document);
    }
    return { physicalId: name, attributes: { Id: name } };
  },
});

export const messagingResources: Record<string, ResourceHandler> = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::TopicPolicy': resourcePolicy('Topics'),
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': resourcePolicy('Queues'),
};
