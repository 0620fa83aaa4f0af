import type { Clients } from '../../lambdas/adapters/clients.ts';
import { type StackContract, stackContract } from '../../lambdas/contracts/stack-contract.ts';
import type { Step } from '../../lambdas/handlers/step.ts';
import { stepHandler } from '../../lambdas/handlers/step-handler.ts';
import { ACCOUNT_ID, DEFAULT_REGION } from '../../local/account.ts';
import type { Clock } from '../../local/clock.ts';
import { Cloud } from '../../local/cloud.ts';
import { deployAssembly } from '../../local/cloudformation/deploy.ts';
import type { Authorize, Interceptor } from '../../local/hub.ts';
import { authorizeCalls, hideAbsence } from '../../local/iam/authorize-calls.ts';
import { InProcessClient } from '../../local/in-process-client.ts';
import type { FunctionStore } from '../../local/lambda/function-store.ts';
import type { InProcessHandler } from '../../local/lambda/in-process-runner.ts';
import { jsonataFunctions } from '../../local/stepfunctions/jsonata-functions.ts';
import { type StateMachine, StateMachineStore } from '../../local/stepfunctions/state-machine-store.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { testAssembly } from '../support/assembly.ts';
import { productSteps } from '../support/holdfast-cloud.ts';

/** What time and chance are to the world that runs now. */
export interface Chance {
  readonly clock: Clock;
  readonly ids: Clients['ids'];
  uuid(): string;
}

const silent = { info: () => {}, error: () => {} };

/**
 * The synthesized app, deployed once a process: functions, roles, compiled state machines. All worlds of the
 * certificate share it, since no case changes any of that.
 */
export class DeployedApp {
  readonly stack: StackContract;
  readonly functions: FunctionStore;
  readonly machines: StateMachineStore;
  readonly authorize: Authorize;
  readonly hideAbsence: Interceptor;
  readonly handlers: Readonly<Record<string, InProcessHandler>>;
  /** Journal records of the services right after the deploy. */
  readonly s3: readonly unknown[];
  readonly dynamodb: readonly unknown[];
  /** Role → the step (`PlanBackup`), or the state machine (`full-backup`), that calls under it. */
  readonly callers = new Map<string, string>();
  #chance: Chance | undefined;

  private constructor(cloud: Cloud, stack: StackContract, steps: Iterable<Step>) {
    this.stack = stack;
    this.functions = cloud.functions;
    this.handlers = Object.fromEntries([...steps].map((step) => [step.name, this.#handler(step)]));
    const place = {
      ...{ clock: cloud.clock, region: DEFAULT_REGION, accountId: ACCOUNT_ID },
      partitionKey: (table: string, index: string | undefined) => cloud.dynamodb.partitionKey(table, index),
    };
    this.authorize = authorizeCalls(cloud.authorizer, place);
    this.hideAbsence = hideAbsence(cloud.authorizer, place);
    this.s3 = [...cloud.s3.records()];
    this.dynamodb = [...cloud.dynamodb.records()];
    const clock: Clock = {
      now: () => this.#now.clock.now(),
      sleep: (ms, signal) => this.#now.clock.sleep(ms, signal),
    };
    const functions = { clock, random: () => this.#now.ids.random(), ids: () => this.#now.uuid() };
    this.machines = new StateMachineStore(jsonataFunctions(functions));
    for (const { machine } of cloud.states.records() as Iterable<{ machine?: StateMachine }>) {
      if (!machine) continue;
      this.machines.put(machine);
      this.callers.set(machine.revision.roleArn, machineName(machine.name));
    }
    for (const { name, logicalId, roleArn } of this.functions.list())
      this.callers.set(roleArn, /^(.*?)Function[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? name);
  }

  static async deploy(): Promise<DeployedApp> {
    const clock = new VirtualClock(0);
    let uuid = 0;
    const ids = () => `00000000-0000-4000-8000-${String(++uuid).padStart(12, '0')}`;
    const cloud = new Cloud({ clock, handlers: {}, events: false, random: () => 0.5, ids });
    for (const bucket of ['backups', 'hbase']) await cloud.call('s3', 'CreateBucket', { Bucket: bucket });
    // Versions make more of what a clean-up has to remove.
    const VersioningConfiguration = { Status: 'Enabled' };
    await cloud.call('s3', 'PutBucketVersioning', { Bucket: 'backups', VersioningConfiguration });
    const stacks = await clock.busy(async () => deployAssembly(cloud, await testAssembly()));
    const outputs = Object.fromEntries(stacks.flatMap((s) => s.outputs.map(({ key, value }) => [key, value])));
    return new DeployedApp(cloud, stackContract.parse(outputs), (await productSteps()).values());
  }

  /** The world that runs from now on. */
  runs(chance: Chance): void {
    this.#chance = chance;
  }

  get #now(): Chance {
    if (!this.#chance) throw new Error('no world runs');
    return this.#chance;
  }

  #handler(step: Step): InProcessHandler {
    return (event, context, runtime) => {
      const client = (service: string) =>
        new InProcessClient((operation, input, signal) => runtime.call(service, operation, input, signal)) as never;
      const clients: Clients = {
        ...{ s3: client('s3'), dynamodb: client('dynamodb'), sfn: client('states') },
        ...{ clock: runtime.clock, ids: this.#now.ids },
      };
      return stepHandler(step, { AWS_REGION: DEFAULT_REGION, ...runtime.env }, clients, silent)(event, context);
    };
  }
}

/** `Holdfast-FullBackupMachine8F1C…` → `full-backup`, as the definition's file is called. */
const machineName = (physical: string): string =>
  physical
    .replace(/^.*?-/, '')
    .replace(/(State)?Machine.*$/, '')
    .replace(/(?<!^)([A-Z])/g, '-$1')
    .toLowerCase();
