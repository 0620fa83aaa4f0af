import { randomUUID } from 'node:crypto';
import { type CommandService, notImplemented, ServiceError } from '../service.ts';

export interface Subscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

export interface PublishedMessage {
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
}

const KEPT = 1000;

/** Topics: messages go to subscribed queues and functions; e-mail and the like only to the log and {@link published}. */
export class SnsService implements CommandService {
  readonly topics = new Map<string, Map<string, Subscription>>();
  /** The newest messages, for whoever looks (tests, `holdfast local`). */
  readonly published: PublishedMessage[] = [];
  readonly #send: (endpointArn: string, notification: Record<string, unknown>) => Promise<void>;
  readonly #log: (line: string) => void;

  constructor(
    send: (endpointArn: string, notification: Record<string, unknown>) => Promise<void>,
    log: (line: string) => void,
  ) {
    this.#send = send;
    this.#log = log;
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'Publish':
        return this.#publish(input);
      case 'ListTopics':
        return { Topics: [...this.topics.keys()].map((arn) => ({ TopicArn: arn })) };
      case 'ListSubscriptionsByTopic':
        return { Subscriptions: this.#subscriptions(String(input.TopicArn)) };
      case 'GetTopicAttributes': {
        const arn = String(input.TopicArn);
        return { Attributes: { TopicArn: arn, SubscriptionsConfirmed: String(this.#find(arn).size) } };
      }
      default:
        throw notImplemented(`sns ${operation}`);
    }
  }

  async #publish(input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const topicArn = String(input.TopicArn ?? input.TargetArn);
    const subscriptions = this.#find(topicArn);
    const message = String(input.Message);
    const subject = input.Subject === undefined ? undefined : String(input.Subject);
    const id = randomUUID();
    this.published.push({ topicArn, subject, message });
    if (this.published.length > KEPT) this.published.shift();
    this.#log(`sns ${topicArn.split(':').at(-1)}: ${subject ?? message.slice(0, 200)}`);
    const notification = {
      Type: 'Notification',
      MessageId: id,
      TopicArn: topicArn,
      Subject: subject,
      Message: message,
    };
    for (const { protocol, endpoint } of subscriptions.values()) {
      if (protocol === 'lambda' || protocol === 'sqs') {
        await this.#send(endpoint, notification).catch((error) => this.#log(`sns → ${endpoint}: ${String(error)}`));
      }
    }
    return { MessageId: id };
  }

  #subscriptions(topicArn: string): Record<string, unknown>[] {
    return [...this.#find(topicArn).values()].map(({ arn, protocol, endpoint }) => ({
      SubscriptionArn: arn,
      TopicArn: topicArn,
      Protocol: protocol,
      Endpoint: endpoint,
    }));
  }

  #find(topicArn: string): Map<string, Subscription> {
    const topic = this.topics.get(topicArn);
    if (!topic) throw new ServiceError('NotFound', 'Topic does not exist', 404);
    return topic;
  }
}
