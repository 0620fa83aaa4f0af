import { createHash, randomUUID } from 'node:crypto';
import { ACCOUNT_ID, arn } from '../account.ts';
import type { Clock } from '../clock.ts';
import { type CommandService, notImplemented, ServiceError } from '../service.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: unknown;
  readonly sentMs: number;
  receipt: string;
  visibleMs: number;
  received: number;
}

/** Standard queues, in memory: what dead letters need. A queue is named by its URL, its ARN or its name. */
export class SqsService implements CommandService {
  readonly #queues = new Map<string, Message[]>();
  readonly #clock: Clock;
  readonly #region: string;

  constructor(clock: Clock, region: string) {
    this.#clock = clock;
    this.#region = region;
  }

  createQueue(name: string): { url: string; arn: string } {
    if (!this.#queues.has(name)) this.#queues.set(name, []);
    return { url: this.#url(name), arn: arn('sqs', this.#region, name) };
  }

  deleteQueue(name: string): void {
    this.#queues.delete(name);
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'SendMessage':
        return this.#send(this.#find(input), input);
      case 'ReceiveMessage':
        return this.#receive(this.#find(input), input);
      case 'DeleteMessage': {
        const queue = this.#find(input);
        const at = queue.findIndex((message) => message.receipt === input.ReceiptHandle);
        if (at >= 0) queue.splice(at, 1);
        return {};
      }
      case 'PurgeQueue':
        this.#find(input).length = 0;
        return {};
      case 'GetQueueUrl':
        this.#find({ QueueUrl: input.QueueName });
        return { QueueUrl: this.#url(String(input.QueueName)) };
      case 'ListQueues':
        return { QueueUrls: [...this.#queues.keys()].map((name) => this.#url(name)) };
      case 'GetQueueAttributes': {
        const queue = this.#find(input);
        const name = nameOf(input.QueueUrl);
        return {
          Attributes: { QueueArn: arn('sqs', this.#region, name), ApproximateNumberOfMessages: String(queue.length) },
        };
      }
      default:
        throw notImplemented(`sqs ${operation}`);
    }
  }

  #send(queue: Message[], input: Record<string, unknown>): Record<string, unknown> {
    const body = String(input.MessageBody);
    if (Buffer.byteLength(body) > 1024 * 1024) throw new ServiceError('InvalidParameterValue', 'message too long');
    const now = this.#clock.now();
    const id = randomUUID();
    const attributes = input.MessageAttributes;
    queue.push({ id, body, attributes, sentMs: now, receipt: '', visibleMs: now, received: 0 });
    return { MessageId: id, MD5OfMessageBody: createHash('md5').update(body).digest('hex') };
  }

  #receive(queue: readonly Message[], input: Record<string, unknown>): Record<string, unknown> {
    const now = this.#clock.now();
    const timeoutMs = Number(input.VisibilityTimeout ?? 30) * 1000;
    const ready = queue.filter((message) => message.visibleMs <= now).slice(0, Number(input.MaxNumberOfMessages ?? 1));
    for (const message of ready) {
      message.receipt = randomUUID();
      message.visibleMs = now + timeoutMs;
      message.received++;
    }
    if (ready.length === 0) return {};
    return {
      Messages: ready.map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receipt,
        Body: message.body,
        MD5OfBody: createHash('md5').update(message.body).digest('hex'),
        Attributes: { SentTimestamp: String(message.sentMs), ApproximateReceiveCount: String(message.received) },
        ...(message.attributes ? { MessageAttributes: message.attributes } : {}),
      })),
    };
  }

  #find(input: Record<string, unknown>): Message[] {
    const queue = this.#queues.get(nameOf(input.QueueUrl));
    if (queue) return queue;
    throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.', 400);
  }

  #url(name: string): string {
    return `https://sqs.${this.#region}.amazonaws.com/${ACCOUNT_ID}/${name}`;
  }
}

const nameOf = (reference: unknown): string => String(reference).split(/[/:]/).at(-1) ?? '';
