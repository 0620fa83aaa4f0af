import { expect } from 'vitest';
import { rolledBackIsAsBefore } from '../../core/check/i04-rolled-back-is-as-before.ts';
import type { RootFacts } from '../../core/check/root-facts.ts';
import type { SessionRecord } from '../../core/items.ts';
import type { Call, Output } from '../../local/hub.ts';
import { CloudCheckpoint } from './cloud-checkpoint.ts';
import { fixture } from './fixture.ts';
import { type Ended, type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from './holdfast-cloud.ts';
import { laterSnapshot } from './later-snapshot.ts';
import { rootFacts, violationsOf } from './root-facts.ts';

export type Next = (call: Call) => Promise<Output>;
const MACHINES = [
  'FullBackupStateMachine',
  'IncrementalBackupStateMachine',
  'RepairStateMachine',
  'CleanUpStateMachine',
  'RestoreStateMachine',
  'VerifyStateMachine',
  'DeleteStateMachine',
] as const;
export type Machine = (typeof MACHINES)[number];

/** A fault that counts how often it fired; {@link FaultBench.check} fails if it never did. */
export interface Armed {
  readonly what: string;
  fired: number;
  /** Takes it away. */
  disarm(): void;
}

export interface Held extends Armed {
  /** Once the call is there. */
  readonly arrived: Promise<void>;
  /** Lets it take effect, and whoever waits for it go on. */
  release(): Promise<void>;
}

/** Lists and facts of a root at one moment. */
export interface Moment {
  readonly facts: RootFacts;
  readonly backups: readonly string[];
  readonly work: readonly string[];
}

export const INPUT = {
  ...{ root: ROOT, source: SOURCE, tables: ['sensors'], standalone: true },
  // Named, because the clock of a bench goes on for days.
  snapshots: { sensors: 'sensors-T0' },
};

/** The backups that a bench makes: by which machine, of what, and how many files their image lists. */
export interface BenchBackup {
  readonly machine: Machine;
  /** Of the definition's file. */
  readonly name: string;
  readonly input: object;
  readonly files: number;
  /** Of another source than the fixture `shop`. */
  readonly source?: {
    readonly beforeFull: (h: HoldfastCloud) => Promise<void>;
    readonly full: object;
    readonly afterFull: (h: HoldfastCloud) => Promise<void>;
  };
}
export const FULL: BenchBackup = { machine: 'FullBackupStateMachine', name: 'full-backup', input: INPUT, files: 3 };
/** Follows on the bench's full: three of its files are shared, one is copied. */
export const INCREMENT: BenchBackup = {
  machine: 'IncrementalBackupStateMachine',
  name: 'incremental-backup',
  input: {
    ...{ root: ROOT, source: SOURCE, tables: ['sensors'], fromSnapshot: true },
    snapshots: { sensors: 'sensors-T1' },
  },
  files: 4,
};

const WRITES =
  /^(Put|Copy|Delete|Update|TransactWrite|CompleteMultipart|AbortMultipart|CreateMultipart|UploadPart|Start|Stop)/;
export const isWrite = (call: Call): boolean => WRITES.test(call.operation) && call.service !== 'lambda';

/** As Lambda answers when the function threw. */
export const thrown = (errorType: string, errorMessage: string): Output => ({
  StatusCode: 200,
  FunctionError: 'Unhandled',
  Payload: new TextEncoder().encode(JSON.stringify({ errorType, errorMessage })),
});

/** What a broken connection looks like to the caller. */
export const connectionLost = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/**
 * The deployed app with one COMPLETE image, worked off to the last clean-up entry; faults are put in by state or by
 * call. One cloud serves a whole file: {@link reset} brings root, buckets and list back to that image.
 */
export class FaultBench {
  readonly h: HoldfastCloud;
  readonly #roles = new Map<string, string>();
  readonly #machineRoles = new Map<string, Machine>();
  readonly #armed = new Set<Armed>();
  readonly #current = new Map<Machine, string>();
  #runs = 0;
  #checkpoint: CloudCheckpoint | undefined;
  readonly #backup: BenchBackup;

  constructor(h: HoldfastCloud, backup: BenchBackup = FULL) {
    this.h = h;
    this.#backup = backup;
    for (const { name, logicalId, roleArn } of h.cloud.functions.list()) {
      this.#roles.set(roleArn, /^(.*?)Function[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? name);
    }
  }

  static async create(options: { readonly events?: boolean; readonly backup?: BenchBackup } = {}): Promise<FaultBench> {
    const source = options.backup?.source;
    const h = await holdfastCloud({ ...(!source && { fixture: 'shop' }), events: options.events ?? false });
    await source?.beforeFull(h);
    const bench = new FaultBench(h, options.backup);
    for (const machine of MACHINES) {
      const { roleArn } = await h.cloud.call('states', 'DescribeStateMachine', { stateMachineArn: h.stack[machine] });
      bench.#machineRoles.set(roleArn as string, machine);
    }
    // Versions make more of what a clean-up has to remove.
    const VersioningConfiguration = { Status: 'Enabled' };
    await h.cloud.call('s3', 'PutBucketVersioning', { Bucket: 'backups', VersioningConfiguration });
    expect(await bench.run('FullBackupStateMachine', source?.full ?? INPUT)).toMatchObject({ status: 'SUCCEEDED' });
    await bench.workOff();
    await source?.afterFull(h);
    if (options.backup === INCREMENT) {
      for (const [path, Body] of laterSnapshot(fixture('shop'), 'sensors-T0', 'sensors-T1', 10).objects)
        await h.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
    }
    bench.#checkpoint = await CloudCheckpoint.of(h);
    return bench;
  }

  // ---- executions

  async start(machine: Machine, input: object): Promise<string> {
    const name = `run-${++this.#runs}`;
    // Known before the first state runs, so that a fault may be in that one.
    const [arn, partition, states, region, account, , machineName] = this.h.stack[machine].split(':');
    this.#current.set(machine, [arn, partition, states, region, account, 'execution', machineName, name].join(':'));
    return this.h.start(machine, input, name);
  }

  async ended(executionArn: string): Promise<Ended> {
    for (let step = 1_000; ; step = Math.min(step * 2, 30_000)) {
      const { status } = await this.h.cloud.call('states', 'DescribeExecution', { executionArn });
      if (status !== 'RUNNING') return this.h.ended(executionArn);
      await this.h.clock.sleep(step);
    }
  }

  async run(machine: Machine, input: object = { root: ROOT }): Promise<Ended> {
    return this.ended(await this.start(machine, input));
  }

  backUp(input: object = this.#backup.input): Promise<Ended> {
    return this.run(this.#backup.machine, input);
  }

  repair(input: object = { root: ROOT }): Promise<Ended> {
    return this.run('RepairStateMachine', input);
  }

  /** Runs the clean-up, waiting out the life of steps, until the list is empty. */
  async workOff(): Promise<void> {
    for (let round = 0; round < 6; round++) {
      const { cleanUp } = await rootFacts(this.h, ROOT);
      if (cleanUp.length === 0) return;
      await this.h.clock.sleep(Math.max(0, ...cleanUp.map((e) => e.notBefore - this.h.clock.now())) + 1_000);
      expect(await this.run('CleanUpStateMachine')).toMatchObject({ status: 'SUCCEEDED' });
    }
    expect((await rootFacts(this.h, ROOT)).cleanUp, 'entries left after six rounds of clean-up').toEqual([]);
  }

  // ---- where a call comes from

  /** The step whose function makes the call. */
  stepOf(call: Call): string | undefined {
    return call.context.caller.kind === 'role' ? this.#roles.get(call.context.caller.roleArn) : undefined;
  }

  /** The state of the machine's execution under way that makes the call. */
  async stateOf(call: Call): Promise<{ machine: Machine; state: string } | undefined> {
    const { caller } = call.context;
    const machine = caller.kind === 'role' ? this.#machineRoles.get(caller.roleArn) : undefined;
    const executionArn = machine && this.#current.get(machine);
    if (!machine || !executionArn) return undefined;
    const { events } = (await this.h.cloud.call('states', 'GetExecutionHistory', {
      ...{ executionArn, reverseOrder: true, maxResults: 50 },
    })) as { events: { type: string; stateEnteredEventDetails?: { name: string } }[] };
    const state = events.find(({ type }) => /^(Task|Map)StateEntered$/.test(type))?.stateEnteredEventDetails?.name;
    return state === undefined ? undefined : { machine, state };
  }

  // ---- faults

  /** Puts `act` in the way of the calls that `matches` names, the first `times` of them (default: all). */
  at(
    what: string,
    matches: (call: Call) => boolean | Promise<boolean>,
    act: (call: Call, next: Next, nth: number) => Promise<Output>,
    times = Number.POSITIVE_INFINITY,
  ): Armed {
    const armed: Armed = { what, fired: 0, disarm: () => {} };
    armed.disarm = this.h.cloud.intercept(async (call, next) => {
      if (armed.fired >= times || !(await matches(call)) || armed.fired >= times) return next(call);
      armed.fired++;
      return act(call, next, armed.fired);
    });
    this.#armed.add(armed);
    return armed;
  }

  /** The calls that a state makes: invocations of its function, or a start of an execution. */
  atState(
    machine: Machine,
    state: string,
    act: (call: Call, next: Next, nth: number) => Promise<Output>,
    times?: number,
  ): Armed {
    const matches = async (call: Call) => {
      if (call.service !== 'lambda' && call.operation !== 'StartExecution') return false;
      const at = await this.stateOf(call);
      return at?.machine === machine && at.state === state;
    };
    return this.at(`${machine} ${state}`, matches, act, times);
  }

  /** The state fails with `Broken`, after all that it does took effect, or before any of it. */
  failing(machine: Machine, state: string, effect: 'before' | 'after' = 'after'): Armed {
    return this.atState(machine, state, async (call, next) => {
      if (effect === 'after') await next(call);
      if (call.service !== 'lambda') throw Object.assign(new Error('broken on purpose'), { name: 'Broken' });
      return thrown('Broken', `${state} is broken on purpose\nmend it`);
    });
  }

  /** Every run of the state's function is killed by a signal: right after a write of its, or when it wrote none, at its end. */
  killing(machine: Machine, state: string): Armed {
    return this.atState(machine, state, async (call, next) => {
      const name = String(call.input.FunctionName);
      const inner = this.#duringWrites(call, async (write, go) => {
        await go(write).catch(() => {});
        this.h.cloud.kill(name.split(':').slice(0, 7).join(':'));
        return new Promise<never>(() => {});
      });
      const answer = await next(call);
      inner.disarm();
      return inner.fired > 0
        ? answer
        : thrown('Runtime.ExitError', 'RequestId: 0 Error: Runtime exited with error: signal: killed');
    });
  }

  /** Every run of the state's function runs out of its time with a write in flight, which takes effect a minute later. */
  hanging(machine: Machine, state: string): Armed {
    return this.atState(machine, state, async (call, next) => {
      const { config } = this.h.cloud.functions.resolve(String(call.input.FunctionName));
      // All of them at one moment: a function that writes much does not outlive the longest that a step may.
      const late = this.h.clock.now() + config.timeoutSeconds * 1_000 + 60_000;
      const inner = this.#duringWrites(call, async (write, go) => {
        await this.h.clock.sleep(Math.max(0, late - this.h.clock.now()));
        return go(write);
      });
      const answer = await next(call);
      inner.disarm();
      if (inner.fired > 0) return answer;
      await this.h.clock.sleep(config.timeoutSeconds * 1_000);
      return thrown('Sandbox.Timedout', `RequestId: 0 Error: Task timed out after ${config.timeoutSeconds}.00 seconds`);
    });
  }

  /** Holds the first such call back until it is released; then it takes effect (changed, if told so), whoever still waits. */
  hold(
    what: string,
    matches: (call: Call) => boolean | Promise<boolean>,
    change: (call: Call) => Promise<Call> = async (call) => call,
  ): Held {
    let release: () => void = () => {};
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let done: Promise<unknown> = Promise.resolve();
    const act = async (call: Call, next: Next) => {
      arrive();
      await released;
      const answer = change(call).then(next);
      done = answer.catch(() => {});
      return answer;
    };
    const armed = this.at(what, matches, act, 1);
    const settle = async () => {
      release();
      await this.h.clock.sleep(5_000);
      await done;
    };
    return Object.assign(armed, { arrived, release: settle });
  }

  /** The transaction of a step. */
  transactionOf(step: string): (call: Call) => boolean {
    return (call) => call.operation === 'TransactWriteItems' && this.stepOf(call) === step;
  }

  async stop(executionArn: string): Promise<void> {
    await this.h.cloud.call('states', 'StopExecution', { executionArn });
  }

  #duringWrites(invoke: Call, act: (write: Call, go: Next) => Promise<Output>): Armed {
    const { roleArn } = this.h.cloud.functions.resolve(String(invoke.input.FunctionName)).config;
    const armed: Armed = { what: 'a write', fired: 0, disarm: () => {} };
    armed.disarm = this.h.cloud.intercept((call, next) => {
      const { caller } = call.context;
      if (caller.kind !== 'role' || caller.roleArn !== roleArn || !isWrite(call)) return next(call);
      armed.fired++;
      return act(call, next);
    });
    return armed;
  }

  /** Takes every fault away. @throws if one never fired: a test with such a fault shows nothing */
  check(): void {
    const silent = [...this.#armed].filter(({ fired }) => fired === 0).map(({ what }) => what);
    this.disarm();
    expect(silent, 'faults that never fired').toEqual([]);
  }

  disarm(): void {
    for (const armed of this.#armed) armed.disarm();
    this.#armed.clear();
  }

  // ---- what is there

  async moment(): Promise<Moment> {
    const facts = await rootFacts(this.h, ROOT);
    return { facts, backups: await this.h.listing('backups'), work: await this.h.listing(this.h.stack.WorkBucket) };
  }

  async newSessions(before: Moment): Promise<SessionRecord[]> {
    const known = new Set(before.facts.sessions.map(({ id }) => id));
    return (await rootFacts(this.h, ROOT)).sessions.filter(({ id }) => !known.has(id));
  }

  /** I1, I3, I6, I12 as they hold at every moment. */
  async expectSound(): Promise<void> {
    expect(violationsOf(await rootFacts(this.h, ROOT))).toEqual([]);
  }

  /**
   * I4 and I12 after a failed session: items as before, listings as before but for VOID markers and, once the clean-up
   * list is worked off, exactly; one FAILED entry in the history with this reason. `null`: the session never began.
   */
  async expectRolledBack(before: Moment, reason: RegExp | null): Promise<void> {
    const after = await this.moment();
    expect([...rolledBackIsAsBefore(before.facts, after.facts)]).toEqual([]);
    expect(violationsOf(after.facts)).toEqual([]);
    const added = await this.newSessions(before);
    if (reason === null) expect(added).toEqual([]);
    else {
      expect(added).toMatchObject([{ state: 'FAILED' }]);
      const { name, message } = added[0]?.reason ?? { name: '', message: '' };
      expect(`${name}: ${message}`).toMatch(reason);
    }
    await this.workOff();
    const clean = await this.moment();
    expect(clean.backups).toEqual(before.backups);
    expect(clean.work).toEqual(before.work);
  }

  /** The next backup succeeds, and after its clean-up only its image is new. */
  async expectNextSucceeds(backUp: () => Promise<Ended> = () => this.backUp()): Promise<void> {
    const next = await backUp();
    expect(next.cause).toBeUndefined();
    expect(next.status).toBe('SUCCEEDED');
    await this.expectSound();
    await this.workOff();
    expect(await this.h.listing(this.h.stack.WorkBucket)).toEqual([]);
    expect(await this.h.listing(this.h.stack.SystemBucket)).toEqual([]);
  }

  /** From now on {@link reset} comes back to what is there now. */
  async keep(): Promise<void> {
    this.#checkpoint = await CloudCheckpoint.of(this.h);
  }

  /** Back to the image of the start; the clock goes on, and so do epoch and version. */
  async reset(): Promise<void> {
    this.disarm();
    for (const executionArn of this.#current.values()) {
      const { status } = await this.h.cloud.call('states', 'DescribeExecution', { executionArn });
      if (status === 'RUNNING') await this.stop(executionArn);
    }
    await this.#checkpoint?.rewind();
    await this.h.clock.sleep(10_000);
  }
}
