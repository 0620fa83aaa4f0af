import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type CommandService, notImplemented, ServiceError } from '../service.ts';
import { type DeliveryPorts, deliver } from './deliver.ts';
import { nextTime } from './schedule-expression.ts';

export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly expression: string;
  /** IANA name; default UTC. */
  readonly timeZone?: string | undefined;
  readonly isEnabled: boolean;
  readonly targetArn: string;
  readonly roleArn?: string | undefined;
  /** JSON with context attributes such as `<aws.scheduler.scheduled-time>`; `{}` when the template gives none. */
  readonly input: string;
  readonly deadLetterArn?: string | undefined;
  /** Whose service calls: schedules of EventBridge Scheduler, or scheduled rules of EventBridge. */
  readonly principal: 'scheduler.amazonaws.com' | 'events.amazonaws.com';
}

export interface SchedulerOptions extends DeliveryPorts {
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** False: schedules are kept and nothing fires but by {@link Scheduler.fire}. */
  readonly isOn: boolean;
}

/** EventBridge Scheduler, and the scheduled rules of EventBridge: one attempt at each time, no flexible window. */
export class Scheduler implements CommandService {
  readonly #options: SchedulerOptions;
  readonly #schedules = new Map<string, { schedule: Schedule; stop: AbortController }>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (operation === 'ListSchedules') return { Schedules: this.list().map(describe) };
    if (operation === 'GetSchedule') return describe(this.#find(String(input.Name)));
    throw notImplemented(`scheduler ${operation}`);
  }

  list(): Schedule[] {
    return [...this.#schedules.values()].map(({ schedule }) => schedule);
  }

  /** @throws SyntaxError for an expression that cannot be read */
  put(schedule: Schedule): void {
    const next = nextTime(schedule.expression, this.#options.clock.now(), schedule.timeZone);
    this.remove(schedule.arn);
    const stop = new AbortController();
    this.#schedules.set(schedule.arn, { schedule, stop });
    if (this.#options.isOn && schedule.isEnabled) void this.#run(schedule, next, stop.signal);
  }

  remove(arn: string): void {
    this.#schedules.get(arn)?.stop.abort(new Error('removed'));
    this.#schedules.delete(arn);
  }

  close(): void {
    for (const arn of [...this.#schedules.keys()]) this.remove(arn);
  }

  /** What happens when a schedule's time has come; tests call it with the times they want. `reference`: name or ARN. */
  async fire(reference: string, scheduledMs = this.#options.clock.now()): Promise<void> {
    const schedule = this.#find(reference);
    const input = withAttributes(schedule, scheduledMs);
    try {
      await deliver(
        {
          roleArn: schedule.roleArn,
          principal: schedule.principal,
          sourceArn: schedule.arn,
          targetArn: schedule.targetArn,
          input,
        },
        this.#options,
      );
    } catch (error) {
      this.#options.log(`schedule ${schedule.name}: ${error instanceof Error ? error.message : String(error)}`);
      if (!schedule.deadLetterArn) return;
      const message = { QueueUrl: schedule.deadLetterArn, MessageBody: input };
      await this.#options.call(undefined, 'sqs', 'SendMessage', message);
    }
  }

  async #run(schedule: Schedule, next: (afterMs: number) => number | undefined, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    try {
      for (let at = next(clock.now()); at !== undefined; at = next(Math.max(at, clock.now()))) {
        while (clock.now() < at) await clock.sleep(Math.min(at - clock.now(), 86_400_000), signal);
        if (signal.aborted) return;
        void this.fire(schedule.arn, at).catch((error) => log(`schedule ${schedule.name}: ${String(error)}`));
      }
    } catch (error) {
      if (!signal.aborted) log(`schedule ${schedule.name}: ${String(error)}`);
    }
  }

  #find(reference: string): Schedule {
    const found =
      this.#schedules.get(reference)?.schedule ?? this.list().find((schedule) => schedule.name === reference);
    if (!found) throw new ServiceError('ResourceNotFoundException', `Schedule ${reference} does not exist.`, 404);
    return found;
  }
}

function withAttributes(schedule: Schedule, scheduledMs: number): string {
  const time = `${new Date(scheduledMs).toISOString().slice(0, 19)}Z`;
  const attributes: Record<string, string> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': time,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return schedule.input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => attributes[name] ?? whole);
}

const describe = (schedule: Schedule): Record<string, unknown> => ({
  Name: schedule.name,
  GroupName: schedule.group,
  Arn: schedule.arn,
  State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
  ScheduleExpression: schedule.expression,
  ScheduleExpressionTimezone: schedule.timeZone ?? 'UTC',
  Target: { Arn: schedule.targetArn, RoleArn: schedule.roleArn, Input: schedule.input },
});
