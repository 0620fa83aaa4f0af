import { arn } from '../../account.ts';
import { type ResourceHandler, textOf } from '../resource-handler.ts';

const logGroup: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.LogGroupName, generated);
    const retention = properties.RetentionInDays;
    cloud.logs.groups.set(name, retention === undefined ? undefined : Number(retention));
    return { physicalId: name, attributes: { Arn: `${arn('logs', cloud.region, `log-group:${name}`)}:*` } };
  },
  remove: (cloud, { physicalId }) => void cloud.logs.groups.delete(physicalId),
};

const alarm: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.AlarmName, generated);
    const alarmArn = arn('cloudwatch', cloud.region, `alarm:${name}`);
    cloud.cloudwatch.alarms.set(name, { ...properties, AlarmName: name, AlarmArn: alarmArn });
    return { physicalId: name, attributes: { Arn: alarmArn } };
  },
  remove: (cloud, { physicalId }) => void cloud.cloudwatch.alarms.delete(physicalId),
};

const dashboard: ResourceHandler = {
  apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.DashboardName, generated);
    cloud.cloudwatch.dashboards.set(name, textOf(properties.DashboardBody, '{}'));
    return { physicalId: name, attributes: {} };
  },
  remove: (cloud, { physicalId }) => void cloud.cloudwatch.dashboards.delete(physicalId),
};

/** Has no effect here and is not kept. */
const withoutEffect: ResourceHandler = { apply: ({ name }) => ({ physicalId: name, attributes: {} }) };

export const observabilityResources: Record<string, ResourceHandler> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': withoutEffect,
  'AWS::Logs::QueryDefinition': withoutEffect,
  'AWS::Logs::ResourcePolicy': withoutEffect,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
};
