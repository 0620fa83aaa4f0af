import { existsSync } from 'node:fs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Aws, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { rootDigest } from '../../core/stack-layout.ts';
import { STACK_CONTRACT_VERSION, type StackOutputs } from '../../lambdas/contracts/stack-contract.ts';
import type { HoldfastConfig } from '../config.ts';
import { AslStateMachine, definitionPlaceholders } from '../constructs/asl-state-machine.ts';
import { AutoRepair } from '../constructs/auto-repair.ts';
import { BackupSchedules } from '../constructs/backup-schedules.ts';
import { RootAlarms } from '../constructs/root-alarms.ts';
import { Schedules } from '../constructs/schedules.ts';
import { StackAlarms } from '../constructs/stack-alarms.ts';
import { StackContract } from '../constructs/stack-contract.ts';
import { StepFunction } from '../constructs/step-function.ts';
import { addSchedule } from '../constructs/timed-call.ts';
import { Grants } from '../grants.ts';
import { MachineGrants, type MachineId } from '../machine-grants.ts';
import { RepairRunbook } from '../runbooks/repair.ts';
import { LONGEST_TIMEOUT_SECONDS } from '../sizes.ts';
import { definitionFile, STATE_MACHINES } from '../state-machines.ts';
import { type DeployedStep, kebabCase, type StackEnvironment } from '../step-table.ts';
import { STEPS } from '../steps.ts';
import type { DataStack } from './data-stack.ts';

export interface AppStackProps extends StackProps {
  readonly config: HoldfastConfig;
  readonly data: Pick<DataStack, 'table' | 'systemBucket' | 'workBucket'>;
  /** Directories of the bundles, by the step's kebab-case name. */
  readonly bundles: ReadonlyMap<string, string>;
}

/** Functions, state machines, schedules, auto-repair, the runbook: everything that can be deployed anew at any time. */
export class AppStack extends Stack {
  readonly #props: AppStackProps;
  readonly #steps = new Map<string, StepFunction>();
  readonly #machines = new Map<MachineId, AslStateMachine>();

  constructor(scope: Construct, id: string, props: AppStackProps) {
    super(scope, id, props);
    this.#props = props;
    for (const step of STEPS) if (!step.standalone) this.#addStep(step, this.#environment());
    for (const { id, name } of STATE_MACHINES) this.#addMachine(id, name);
    const schedules = new Schedules(this, 'Schedules');
    this.#addStandaloneSteps(schedules);
    this.#grantMachines();
    this.#addSchedules(schedules);
    this.#addRunbook();
    this.#addAlarms(schedules);
    new StackContract(this, 'Contract', { stack: props.config.stack, outputs: this.#outputs() });
  }

  #environment(): StackEnvironment {
    const { config, data } = this.#props;
    const list = (places: readonly { uri: string }[]) => JSON.stringify(places.map(({ uri }) => uri));
    return {
      TABLE_NAME: data.table.tableName,
      TABLE_ARN: data.table.tableArn,
      SYSTEM_BUCKET: data.systemBucket.bucketName,
      WORK_BUCKET: data.workBucket.bucketName,
      ROOTS: list(config.roots),
      SOURCES: list(config.sources),
      LOGS: list(config.logs),
      TARGETS: list(config.targets),
      STEP_LIFE_SECONDS: String(LONGEST_TIMEOUT_SECONDS + config.stepLifeMarginMinutes * 60),
    };
  }

  #addStep(step: DeployedStep, environment: ConstructorParameters<typeof StepFunction>[1]['environment']): void {
    const { config, data, bundles } = this.#props;
    const bundle = bundles.get(kebabCase(step.name));
    if (bundle === undefined) return;
    const grants = new Grants({
      partition: Aws.PARTITION,
      tableArn: data.table.tableArn,
      systemBucketArn: data.systemBucket.bucketArn,
      workBucketArn: data.workBucket.bucketArn,
      roots: config.roots,
      sources: config.sources,
      logs: config.logs,
      targets: config.targets,
      account: Aws.ACCOUNT_ID,
      bucketAccounts: config.bucketAccounts,
      keys: config.keys,
      s3Service: `s3.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    });
    const logRetention: RetentionDays = config.logRetentionDays;
    this.#steps.set(step.name, new StepFunction(this, { step, bundle, grants, environment, logRetention }));
  }

  #addMachine(id: MachineId, name: string): void {
    const file = definitionFile(name);
    if (!existsSync(file)) return;
    const { data } = this.#props;
    const given = (placeholder: string): string => {
      if (placeholder === 'WorkBucket') return data.workBucket.bucketName;
      if (placeholder === 'Partition') return Aws.PARTITION;
      if (placeholder.endsWith('StateMachine')) return this.#machine(placeholder).aliasArn;
      return this.#functionArn(placeholder);
    };
    const substitutions: Record<string, string> = {};
    for (const placeholder of definitionPlaceholders(file)) substitutions[placeholder] = given(placeholder);
    this.#machines.set(
      id,
      new AslStateMachine(this, id, {
        file,
        substitutions,
        arns: {
          functionArn: (placeholder) => this.#functionArn(placeholder),
          machine: (placeholder) => this.#machine(placeholder).arns,
          bucketArn: () => data.workBucket.bucketArn,
        },
        // Named: the resource policy that the delivery needs has room for few names, but takes this prefix as one.
        logGroup: new LogGroup(this, `${id}Log`, {
          logGroupName: `/aws/vendedlogs/states/${this.stackName}/${name}`,
          retention: this.#props.config.logRetentionDays as RetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    );
  }

  #functionArn(placeholder: string): string {
    const step = this.#steps.get(placeholder.replace(/Function$/, ''));
    if (!step) throw new Error(`\${${placeholder}}: infra/steps.ts lists no such step, or it has no handler`);
    return step.version.functionArn;
  }

  #machine(placeholder: string): AslStateMachine {
    const machine = this.#machines.get(placeholder.replace(/StateMachine$/, '') as MachineId);
    if (!machine) throw new Error(`\${${placeholder}}: infra/state-machines.ts lists no such machine before it`);
    return machine;
  }

  /** What a schedule or an event calls, with the machines that it may start. */
  #addStandaloneSteps(schedules: Schedules): void {
    const repair = this.#machines.get('Repair');
    if (!repair) return;
    const environment = {
      ...this.#environment(),
      REPAIR_STATE_MACHINE_ARN: repair.aliasArn,
      AUTO_REPAIR: this.#props.config.autoRepair ? 'true' : 'false',
    } as const;
    for (const step of STEPS) if (step.standalone) this.#addStep(step, environment);
    const sweep = this.#steps.get('FindAbandonedSessions');
    if (!sweep) return;
    const owners = (['FullBackup', 'IncrementalBackup', 'Delete', 'Repair'] as const).flatMap(
      (id) => this.#machines.get(id) ?? [],
    );
    new AutoRepair(this, 'AutoRepair', {
      schedules,
      sweepArn: sweep.version.functionArn,
      machineArns: owners.map(({ arns }) => arns.machineArn),
      repairs: this.#props.config.autoRepair,
    });
  }

  #grantMachines(): void {
    const machines = new MachineGrants(new Map([...this.#machines].map(([id, { arns }]) => [id, arns])));
    for (const { name, machineGrants } of STEPS) {
      if (machineGrants) this.#steps.get(name)?.grantMachines(machineGrants(machines));
    }
  }

  #addSchedules(schedules: Schedules): void {
    const start = (machine: AslStateMachine) => ({
      actions: ['states:StartExecution'],
      resources: [machine.arns.machineArn],
    });
    const cleanUp = this.#machines.get('CleanUp');
    if (cleanUp) {
      addSchedule(this, 'CleanUpSchedule', schedules, {
        description: 'Works off the clean-up lists',
        expression: 'rate(15 minutes)',
        timezone: 'UTC',
        targetArn: cleanUp.aliasArn,
        grant: start(cleanUp),
        input: {},
        maximumAgeSeconds: 600,
      });
    }
    const fullBackup = this.#machines.get('FullBackup');
    const incrementalBackup = this.#machines.get('IncrementalBackup');
    if (fullBackup && incrementalBackup) {
      const startable = (machine: AslStateMachine) => ({ aliasArn: machine.aliasArn, grant: start(machine) });
      new BackupSchedules(this, 'Backups', {
        schedules,
        configured: this.#props.config.schedules,
        machines: { 'full-backup': startable(fullBackup), 'incremental-backup': startable(incrementalBackup) },
      });
    }
  }

  #addRunbook(): void {
    const { config } = this.#props;
    const repair = this.#machines.get('Repair');
    if (!repair) return;
    new RepairRunbook(this, 'RepairRunbook', {
      name: `${config.stack}-Repair`,
      repairAliasArn: repair.aliasArn,
      repair: repair.arns,
    });
  }

  #addAlarms({ deadLetters }: Schedules): void {
    const { roots, alarmTopicArn: topicArn, flagLimitHours, backupLimitHours } = this.#props.config;
    const sweep = this.#steps.get('FindAbandonedSessions');
    const backups = (['FullBackup', 'IncrementalBackup'] as const).flatMap((id) => this.#machines.get(id) ?? []);
    const cleanUp = this.#machines.get('CleanUp');
    if (!sweep || backups.length === 0 || !cleanUp) return;
    new StackAlarms(this, 'Alarms', {
      topicArn,
      backupArns: backups.map(({ arns }) => arns.machineArn),
      cleanUpArn: cleanUp.arns.machineArn,
      sweep: sweep.version.lambda,
      failedStarts: deadLetters,
    });
    for (const { uri: root } of roots) {
      new RootAlarms(this, `Root${rootDigest(root)}`, { root, topicArn, flagLimitHours, backupLimitHours });
    }
  }

  #outputs(): Partial<StackOutputs> {
    const { TABLE_NAME, TABLE_ARN, SYSTEM_BUCKET, WORK_BUCKET, ROOTS, SOURCES, LOGS, TARGETS } = this.#environment();
    return {
      ContractVersion: String(STACK_CONTRACT_VERSION) as StackOutputs['ContractVersion'],
      TableName: TABLE_NAME,
      TableArn: TABLE_ARN,
      SystemBucket: SYSTEM_BUCKET,
      WorkBucket: WORK_BUCKET,
      Roots: ROOTS,
      Sources: SOURCES,
      Logs: LOGS,
      Targets: TARGETS,
      ...Object.fromEntries([...this.#machines].map(([id, { aliasArn }]) => [`${id}StateMachine`, aliasArn])),
    };
  }
}
