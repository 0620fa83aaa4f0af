import { parseArn } from '../account.ts';
import type { Output } from '../hub.ts';
import { notImplemented, ServiceError } from '../service.ts';

export interface Delivery {
  /** Under which role; none: as the service itself, with the target's resource policy. */
  readonly roleArn?: string | undefined;
  /** `events.amazonaws.com`, `scheduler.amazonaws.com` … */
  readonly principal: string;
  readonly sourceArn: string;
  readonly targetArn: string;
  /** JSON */
  readonly input: string;
}

export interface DeliveryPorts {
  call(roleArn: string | undefined, service: string, operation: string, input: Output): Promise<Output>;
  isFunctionPermitted(functionArn: string, principal: string, sourceArn: string): boolean;
}

const UNIVERSAL = /^arn:[^:]+:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/;
const SERVICE_NAMES: Record<string, string> = { sfn: 'states', eventbridge: 'events' };

/** Hands an event to its target: function, state machine, topic, queue, or any operation (universal target). */
export async function deliver(delivery: Delivery, ports: DeliveryPorts): Promise<void> {
  const { targetArn, input, roleArn } = delivery;
  const universal = UNIVERSAL.exec(targetArn);
  if (universal) {
    const [, service = '', operation = ''] = universal;
    const hubName = SERVICE_NAMES[service] ?? service;
    const arguments_ = JSON.parse(input) as Output;
    const named = hubName === 'states' ? lowerFirst(arguments_) : arguments_;
    await ports.call(roleArn, hubName, operation.charAt(0).toUpperCase() + operation.slice(1), named);
    return;
  }
  const target = parseArn(targetArn);
  switch (target?.service) {
    case 'lambda':
      if (!roleArn && !ports.isFunctionPermitted(targetArn, delivery.principal, delivery.sourceArn)) {
        throw new ServiceError('AccessDeniedException', `${delivery.principal} may not invoke ${targetArn}`, 403);
      }
      await ports.call(roleArn, 'lambda', 'Invoke', {
        FunctionName: targetArn,
        InvocationType: 'Event',
        Payload: input,
      });
      return;
    case 'states':
      if (!roleArn) throw new ServiceError('AccessDeniedException', `${targetArn}: the target has no role`, 403);
      await ports.call(roleArn, 'states', 'StartExecution', { stateMachineArn: targetArn, input });
      return;
    case 'sns':
      await ports.call(roleArn, 'sns', 'Publish', { TopicArn: targetArn, Message: input });
      return;
    case 'sqs':
      await ports.call(roleArn, 'sqs', 'SendMessage', { QueueUrl: targetArn, MessageBody: input });
      return;
    case 'logs':
      return;
    default:
      throw notImplemented(`delivery to ${targetArn}`);
  }
}

/** Universal targets take the operation's parameters capitalized; Step Functions has them without. */
const lowerFirst = (input: Output): Output =>
  Object.fromEntries(Object.entries(input).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]));
