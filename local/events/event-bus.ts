import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID } from '../account.ts';
import type { Clock } from '../clock.ts';
import { type CommandService, notImplemented } from '../service.ts';
import { type DeliveryPorts, deliver } from './deliver.ts';
import { matchesPattern } from './event-pattern.ts';
import { type TargetInput, targetInput } from './target-input.ts';

export interface RuleTarget extends TargetInput {
  readonly Id?: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly isEnabled: boolean;
  readonly pattern: Record<string, unknown>;
  readonly targets: readonly RuleTarget[];
}

/** What a test may do to an event on its way to a target: not call `send` (lost), call it twice, or later. */
export type Tamper = (event: Record<string, unknown>, rule: Rule, send: () => Promise<void>) => Promise<void>;

export interface EventBusOptions extends DeliveryPorts {
  readonly clock: Clock;
  readonly region: string;
  readonly log: (line: string) => void;
  /** False: events are matched with no rule. */
  readonly isOn: boolean;
}

/** The default event bus of EventBridge with its rules (scheduled rules are in scheduler.ts). */
export class EventBus implements CommandService {
  readonly rules = new Map<string, Rule>();
  tamper: Tamper | undefined;
  readonly #options: EventBusOptions;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (operation === 'PutEvents') return this.#putEvents((input.Entries ?? []) as Record<string, unknown>[]);
    if (operation === 'ListRules') {
      return {
        Rules: [...this.rules.values()].map((rule) => ({
          Name: rule.name,
          Arn: rule.arn,
          State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
          EventPattern: JSON.stringify(rule.pattern),
          EventBusName: 'default',
        })),
      };
    }
    throw notImplemented(`events ${operation}`);
  }

  /** Gives the event to every rule that matches; resolves when all targets took it or were logged as failed. */
  async publish(
    source: string,
    detailType: string,
    resources: string[],
    detail: Record<string, unknown>,
  ): Promise<void> {
    const { clock, region, isOn } = this.#options;
    if (!isOn) return;
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: ACCOUNT_ID,
      time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region,
      resources,
      detail,
    };
    const matching = [...this.rules.values()].filter((rule) => rule.isEnabled && matchesPattern(rule.pattern, event));
    await Promise.all(
      matching.map((rule) => {
        const send = () => this.#send(rule, event);
        return this.tamper ? this.tamper(event, rule, send) : send();
      }),
    );
  }

  async #send(rule: Rule, event: Record<string, unknown>): Promise<void> {
    for (const target of rule.targets) {
      try {
        await deliver(
          {
            roleArn: target.RoleArn,
            principal: 'events.amazonaws.com',
            sourceArn: rule.arn,
            targetArn: target.Arn,
            input: targetInput(target, event, rule.arn),
          },
          this.#options,
        );
      } catch (error) {
        this.#options.log(
          `rule ${rule.name} → ${target.Arn}: ${error instanceof Error ? error.message : String(error)}`,
        );
        const queue = target.DeadLetterConfig?.Arn;
        if (queue) {
          await this.#options.call(undefined, 'sqs', 'SendMessage', {
            QueueUrl: queue,
            MessageBody: JSON.stringify(event),
          });
        }
      }
    }
  }

  async #putEvents(entries: readonly Record<string, unknown>[]): Promise<Record<string, unknown>> {
    for (const entry of entries) {
      await this.publish(
        String(entry.Source),
        String(entry.DetailType),
        (entry.Resources ?? []) as string[],
        JSON.parse(String(entry.Detail ?? '{}')) as Record<string, unknown>,
      );
    }
    return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUUID() })) };
  }
}
