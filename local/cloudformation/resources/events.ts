import { arn } from '../../account.ts';
import type { RuleTarget } from '../../events/event-bus.ts';
import { type ResourceHandler, textOf } from '../resource-handler.ts';
import { DeployError } from '../template.ts';

type Shape = Record<string, unknown>;

const schedule: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.Name, generated);
    const group = textOf(properties.GroupName, 'default');
    const target = properties.Target as Shape;
    const scheduleArn = arn('scheduler', cloud.region, `schedule/${group}/${name}`);
    cloud.scheduler.put({
      name,
      group,
      arn: scheduleArn,
      expression: String(properties.ScheduleExpression),
      timeZone: textOf(properties.ScheduleExpressionTimezone, 'UTC'),
      isEnabled: properties.State !== 'DISABLED',
      targetArn: String(target.Arn),
      roleArn: target.RoleArn as string | undefined,
      input: textOf(target.Input, '{}'),
      deadLetterArn: (target.DeadLetterConfig as { Arn?: string } | undefined)?.Arn,
      principal: 'scheduler.amazonaws.com',
    });
    return { physicalId: name, attributes: { Arn: scheduleArn } };
  },
  remove: (cloud, { attributes }) => cloud.scheduler.remove(String(attributes.Arn)),
};

const scheduleGroup: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.Name, generated);
    return { physicalId: name, attributes: { Arn: arn('scheduler', cloud.region, `schedule-group/${name}`) } };
  },
};

const rule: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const bus = textOf(properties.EventBusName, 'default');
    if (bus !== 'default') throw new DeployError(`not implemented here: the event bus ${bus}`);
    const name = textOf(properties.Name, generated);
    const ruleArn = arn('events', cloud.region, `rule/${name}`);
    const isEnabled = properties.State !== 'DISABLED';
    const targets = (properties.Targets ?? []) as RuleTarget[];
    const pattern = properties.EventPattern as Shape | undefined;
    if (pattern) cloud.events.rules.set(name, { name, arn: ruleArn, isEnabled, pattern, targets });
    targets.forEach((target, at) => {
      if (properties.ScheduleExpression === undefined) return;
      cloud.scheduler.put({
        name: at === 0 ? name : `${name}-${at}`,
        group: 'rules',
        arn: at === 0 ? ruleArn : `${ruleArn}#${at}`,
        expression: String(properties.ScheduleExpression),
        isEnabled,
        targetArn: target.Arn,
        roleArn: target.RoleArn,
        input:
          target.Input ??
          JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [ruleArn], detail: {} }),
        deadLetterArn: target.DeadLetterConfig?.Arn,
        principal: 'events.amazonaws.com',
      });
    });
    return { physicalId: name, attributes: { Arn: ruleArn } };
  },
  remove(cloud, { physicalId, attributes }) {
    cloud.events.rules.delete(physicalId);
    const ruleArn = String(attributes.Arn);
    for (const one of cloud.scheduler.list()) if (one.arn.split('#')[0] === ruleArn) cloud.scheduler.remove(one.arn);
  },
};

export const eventResources: Record<string, ResourceHandler> = {
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
  'AWS::Events::Rule': rule,
};
