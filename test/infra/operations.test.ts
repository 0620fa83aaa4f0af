import { describe, expect, it } from 'vitest';
import { stackContract } from '../../lambdas/contracts/stack-contract.ts';
import { resourcesOf, synthesize, type Template, templatesOf } from './app-in-process.ts';
import { ALL_OPTIONS, IMPORTS, MINIMAL } from './configurations.ts';

const schedules = (template: Template) =>
  resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);

describe('schedules', () => {
  const { app } = templatesOf(ALL_OPTIONS);

  it('start the alias with the schedule itself and its time in the input', () => {
    const hourly = schedules(app).find((one) => one.ScheduleExpression === 'rate(1 hour)');
    expect(hourly.ScheduleExpressionTimezone).toBe('Europe/Berlin');
    expect(JSON.stringify(hourly.Target.Arn)).toMatch(/FullBackupAlias/);
    expect(JSON.parse(hourly.Target.Input)).toEqual({
      root: 's3://backups/a',
      source: 's3://cluster/hbase',
      tables: ['shop:orders'],
      schedule: { arn: '<aws.scheduler.schedule-arn>', time: '<aws.scheduler.scheduled-time>' },
    });
  });

  it('start the machine that they name', () => {
    const incremental = schedules(app).find((one) => one.ScheduleExpression === 'rate(4 hours)');
    expect(JSON.stringify(incremental.Target.Arn)).toMatch(/IncrementalBackupAlias/);
    expect(JSON.parse(incremental.Target.Input)).toMatchObject({ fromSnapshot: true });
  });

  it('leave what could not be started in a queue, and give up before the next start', () => {
    for (const { Target, FlexibleTimeWindow, GroupName } of schedules(app)) {
      expect(Target.DeadLetterConfig.Arn['Fn::GetAtt'][0]).toMatch(/FailedStarts/);
      expect(Target.RetryPolicy.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(60);
      expect(FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
      expect(GroupName.Ref).toMatch(/SchedulesGroup/);
    }
  });

  it('use a role each, which only this stack’s schedules can take', () => {
    const roles = schedules(app).map(({ Target }) => Target.RoleArn['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(roles.length);
    for (const role of roles) {
      expect(app.Resources[role]!.Properties.AssumeRolePolicyDocument.Statement[0].Condition.StringEquals).toEqual({
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/SchedulesGroup/), 'Arn'] },
      });
    }
  });

  it('work off the clean-up lists every 15 minutes', () => {
    const cleanUp = schedules(templatesOf(MINIMAL).app).find((one) => one.ScheduleExpression === 'rate(15 minutes)');
    expect(JSON.stringify(cleanUp.Target.Arn)).toMatch(/CleanUpAlias/);
  });
});

describe('auto-repair', () => {
  const sweepOf = (template: Template) =>
    schedules(template).find((one) => one.ScheduleExpression === 'rate(5 minutes)');

  it('sweeps every five minutes and listens to ends of the exact machines', () => {
    const { app } = templatesOf(MINIMAL);
    const sweep = sweepOf(app);
    expect(sweep.Target.Arn.Ref).toMatch(/FindAbandonedSessionsFunctionCurrentVersion/);
    expect(JSON.parse(sweep.Target.Input)).toEqual({ contract: 1 });
    expect(sweep.Target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThan(300);
    const [rule] = resourcesOf(app, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
    const { EventPattern, Targets } = rule;
    expect(EventPattern).toMatchObject({
      source: ['aws.states'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: ['FullBackup', 'IncrementalBackup', 'Delete', 'Repair'].map((id) => ({
          Ref: expect.stringMatching(new RegExp(`^${id}Machine`)),
        })),
      },
    });
    expect(Targets).toMatchObject([{ Arn: sweep.Target.Arn, Input: '{"contract":1}' }]);
    const [permission] = resourcesOf(app, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    expect(permission).toMatchObject({ FunctionName: sweep.Target.Arn, Principal: 'events.amazonaws.com' });
  });

  it('can be switched off: the sweep then only measures', () => {
    const autoRepairOf = (template: Template) =>
      resourcesOf(template, 'AWS::Lambda::Function').find(
        ([, { Properties }]) => Properties.Description === 'Holdfast step FindAbandonedSessions',
      )![1].Properties.Environment.Variables.AUTO_REPAIR;
    const { app } = templatesOf(ALL_OPTIONS);
    expect(sweepOf(app)).toMatchObject({ State: 'ENABLED' });
    expect(autoRepairOf(app)).toBe('false');
    expect(resourcesOf(app, 'AWS::Events::Rule')).toEqual([]);
    expect(autoRepairOf(templatesOf(MINIMAL).app)).toBe('true');
  });
});

describe('functions', () => {
  const { app } = templatesOf(ALL_OPTIONS);
  const functions = resourcesOf(app, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);

  it('run on Node 24 and ARM64, log JSON to a group that is kept for a time, and get no more variables than they ask for', () => {
    for (const { Runtime, Architectures, LoggingConfig } of functions) {
      expect([Runtime, Architectures]).toEqual(['nodejs24.x', ['arm64']]);
      expect(LoggingConfig.LogFormat).toBe('JSON');
      expect(app.Resources[LoggingConfig.LogGroup.Ref]!.Properties.RetentionInDays).toBe(90);
    }
    const dropEntry = functions.find(({ Description }) => Description.endsWith('DropCleanUpEntry'));
    expect(Object.keys(dropEntry.Environment.Variables)).toEqual(['TABLE_NAME']);
  });

  it('know the step life: the longest time-out and the margin', () => {
    const commit = functions.find(({ Description }) => Description.endsWith('CommitBackup'));
    expect(commit.Environment.Variables.STEP_LIFE_SECONDS).toBe(String(900 + 45 * 60));
    expect(Math.max(...functions.map(({ Timeout }) => Timeout))).toBe(900);
  });

  it('keep their published versions', () => {
    for (const [, version] of resourcesOf(app, 'AWS::Lambda::Version')) expect(version.DeletionPolicy).toBe('Retain');
  });

  it('refuse places that do not fit into the environment', () => {
    const roots = Array.from({ length: 60 }, (_, i) => `s3://backups/${'x'.repeat(60)}${i}`);
    expect(() => synthesize({ ...MINIMAL, roots })).toThrow(
      /the environment of \w+ takes \d+ bytes and Lambda allows 4096/,
    );
  });
});

describe('the stack', () => {
  it('says what it has, by the names of its contract, as outputs and parameters', () => {
    const { app } = templatesOf(MINIMAL);
    const names = Object.keys(stackContract.shape).sort();
    expect(
      Object.keys(app.Outputs)
        .filter((name) => !name.startsWith('Export'))
        .sort(),
    ).toEqual(names);
    const parameters = resourcesOf(app, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties.Name);
    const own = parameters.filter((name) => typeof name === 'string' && name.startsWith('/holdfast/'));
    expect(own.sort()).toEqual(names.map((name) => `/holdfast/Holdfast/${name}`));
  });

  it('is the same at every synthesis', () => {
    const again = synthesize(MINIMAL);
    expect(again.getStackByName('Holdfast').template).toEqual(templatesOf(MINIMAL).app);
    expect(again.getStackByName('Holdfast-Data').template).toEqual(templatesOf(MINIMAL).data);
  });

  it('says nothing of a partition, account or Region that the configuration does not', () => {
    for (const config of [MINIMAL, IMPORTS]) {
      const { data, app } = templatesOf(config);
      let text = JSON.stringify([data, app]);
      for (const [, arn] of Object.entries(IMPORTS.imports)) text = text.replaceAll(arn, '');
      expect(text).not.toContain('arn:aws:');
      expect(text).not.toMatch(/\b(us|eu|ap)-[a-z]+-\d\b|\b\d{12}\b/);
    }
  });

  it('puts tags and the permissions boundary on everything', () => {
    const { app, data } = templatesOf(ALL_OPTIONS);
    for (const [, { Properties }] of resourcesOf(app, 'AWS::IAM::Role')) {
      expect(Properties.PermissionsBoundary).toBe(ALL_OPTIONS.permissionsBoundary);
      expect(Properties.Tags).toEqual([{ Key: 'team', Value: 'storage' }]);
    }
    expect(data.Resources.SystemTable!.Properties.Tags).toEqual([{ Key: 'team', Value: 'storage' }]);
  });
});

describe('alarms', () => {
  const { app } = templatesOf(ALL_OPTIONS);
  const alarms = resourcesOf(app, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
  const named = (name: string) => alarms.filter(({ AlarmDescription }) => AlarmDescription.startsWith(`${name}: `));

  it('notify the topic given, and name their page of the runbook', () => {
    for (const { AlarmActions, AlarmDescription } of alarms) {
      expect(AlarmActions).toEqual([ALL_OPTIONS.alarmTopicArn]);
      expect(AlarmDescription).toMatch(/^(\w+): .*docs\/runbook\.md, "\1"$/);
    }
  });

  it.each([
    ['RepairRequired', 'OwnerGone', 1, 'notBreaching'],
    ['FlagTooOld', 'FlagAgeSeconds', 6 * 3600, 'breaching'],
    ['BackupTooOld', 'NewestBackupAgeSeconds', 30 * 3600, 'breaching'],
  ])('%s watches what the sweep measures, for each root', (name, MetricName, Threshold, TreatMissingData) => {
    expect(named(name).map(({ Dimensions }) => Dimensions)).toEqual(
      expect.arrayContaining(ALL_OPTIONS.roots.map((Value) => [{ Name: 'Root', Value }])),
    );
    for (const alarm of named(name)) {
      expect(alarm).toMatchObject({ Namespace: 'Holdfast', MetricName, Threshold, TreatMissingData });
    }
  });

  it.each([
    ['BackupFailed', ['FullBackup', 'IncrementalBackup']],
    ['CleanUpFailed', ['CleanUp']],
  ])('%s counts every end without success', (name, machines) => {
    const [{ Metrics }] = named(name);
    const metrics: { Expression?: string; MetricStat?: { Metric: { MetricName: string; Dimensions: unknown } } }[] =
      Metrics;
    const watched = metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
    const ends = machines.flatMap((machine) =>
      ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((MetricName) => ({
        MetricName,
        Dimensions: [
          { Name: 'StateMachineArn', Value: { Ref: expect.stringMatching(new RegExp(`^${machine}Machine`)) } },
        ],
      })),
    );
    expect(watched).toMatchObject(ends);
    expect(watched).toHaveLength(ends.length);
    const expression = metrics.flatMap((metric) => metric.Expression ?? []).join();
    expect(expression.match(/FILL\(/g)).toHaveLength(ends.length);
  });

  it('watch the sweep and what schedules could not start', () => {
    expect(named('SweepFailed')).toMatchObject([
      {
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Value: { Ref: expect.stringMatching(/^FindAbandonedSessionsFunction/) } }],
      },
    ]);
    expect(named('StartFailed')).toMatchObject([{ MetricName: 'ApproximateNumberOfMessagesVisible' }]);
  });

  it('count no repair: one that was refused is no failure', () => {
    expect(JSON.stringify(alarms)).not.toContain('RepairMachine');
  });
});
