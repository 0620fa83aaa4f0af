import { FULL, kept, quiet, withImage, workOff } from './bases.ts';
import type { Case } from './case.ts';
import type { DeployedApp } from './deployed-app.ts';
import { isWrite, type SeenCall } from './fault.ts';
import { FaultLine } from './fault-line.ts';
import { type Before, before, judge, leftOver, newestPaths, wrongWithTarget } from './judge.ts';
import type { Operation } from './operation.ts';
import { RESTORE } from './operations/restore.ts';
import { putSnapshot, ROOT } from './source.ts';
import { stateKey } from './state-key.ts';
import { World } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What came of a case. */
export interface Played {
  readonly violations: readonly string[];
  /** Those that the faults may meet: of the operation and of its recovery. */
  readonly calls: readonly SeenCall[];
  readonly fired: readonly SeenCall[];
  readonly recoveries: number;
  /** Executions that were started, of state machines. */
  readonly executions: number;
  /** Of the world after the recovery. */
  readonly state: string;
  /** Of the world that the recovery began in; empty if there was nothing to recover, or a call is still to come. */
  readonly abandoned: string;
  /** The next backup, the clean-up and a restore were played too: the state had not been seen, or a call was late. */
  readonly isWhole: boolean;
}

export interface PlayOptions {
  /** States from which the rest was played already. */
  readonly visited?: Set<string>;
  /** Every call is judged by its role's policies. Default: yes. */
  readonly authorize?: boolean;
}

const comparison = new WeakMap<DeployedApp, Promise<Before>>();

/** How the root is without the session that a case has. */
function comparedWith(app: DeployedApp): Promise<Before> {
  const made =
    comparison.get(app) ??
    withImage(app).then(async (state) => {
      const world = new World(app, state);
      const found = await before(world);
      world.end();
      return found;
    });
  comparison.set(app, made);
  return made;
}

/**
 * Plays a case: the operation with its faults, then what runs by itself (the sweep that starts repairs), then, unless
 * the state has been seen, the next backup, the clean-up and a restore; and asks the checks after each.
 */
export async function play(
  app: DeployedApp,
  operation: Operation,
  { faults, seed }: Case,
  { visited, authorize = true }: PlayOptions = {},
): Promise<Played> {
  const then = await comparedWith(app);
  const state = await kept(app, `begin ${operation.name}`, () => operation.begin(app));
  const world = new World(app, state, seed ?? 1);
  if (!authorize) world.hub.authorize = undefined;
  const line = new FaultLine(world, faults);
  const game = new Game(world, line, then, operation);
  const guard = world.clock.sleep(400 * DAY).then(() => game.violations.push('stuck: nothing happens any more'));
  await Promise.race([game.play(visited), guard]);
  const calls = line.calls.filter(({ phase }) => phase === 'operation' || phase === 'recovery');
  const missed = faults.filter(({ at }) => !line.fired.some((call) => call.at === at));
  for (const { at } of missed) game.violations.push(`the fault at ${at} never fired: this case has fewer calls`);
  const executions = world.executions().length - state.executions.length;
  world.end();
  return {
    ...{ violations: game.violations, calls, fired: line.fired, recoveries: game.recoveries },
    ...{ executions, state: game.state, abandoned: game.abandoned, isWhole: game.isWhole },
  };
}

class Game {
  readonly violations: string[] = [];
  recoveries = 0;
  state = '';
  abandoned = '';
  isWhole = false;
  readonly #beganMs: number;
  readonly #world: World;
  readonly #line: FaultLine;
  readonly #then: Before;
  readonly #operation: Operation;

  constructor(world: World, line: FaultLine, then: Before, operation: Operation) {
    this.#world = world;
    this.#beganMs = world.clock.now();
    this.#line = line;
    this.#then = then;
    this.#operation = operation;
  }

  async play(visited: Set<string> | undefined): Promise<void> {
    const world = this.#world;
    const line = this.#line;
    await this.#operate();
    await this.#recover();
    if (await line.open('late-repair')) await this.#recover();
    await this.#judge('after the recovery');
    await this.#compareWithOutputs();
    const isRestore = this.#operation.restores === true;
    if (isRestore) await this.#judgeTarget(newestPaths(this.#then.facts), false);
    this.state = stateKey(world.state());
    const isLate = line.has('late-commit') || line.has('thaw');
    if (!isLate && visited?.has(this.state)) return;
    this.isWhole = true;
    await this.#next();
    if (isRestore) await this.#outlive();
    await this.#restore();
    if (await line.open('thaw')) {
      await this.#recover();
      await this.#judge('after the thaw', /^I12/);
    }
    // Found whole: whoever gets here again needs not look.
    if (this.violations.length === 0) visited?.add(this.state);
  }

  async #operate(): Promise<void> {
    const { fails } = this.#operation;
    const refuse =
      fails &&
      this.#world.hub.intercept(async (call, next) =>
        fails(call) && call.context.caller.kind === 'role' ? Promise.resolve(BROKEN) : next(call),
      );
    await this.#operation.start(this.#world, this.#line);
    await quiet(this.#world);
    this.#line.delayMs = undefined;
    refuse?.();
  }

  /** What runs by itself: a sweep every five minutes. One recovery is allowed, and one more for each fault in its way. */
  async #recover(): Promise<void> {
    this.#line.phase = 'recovery';
    const from = this.recoveries;
    for (;;) {
      await quiet(this.#world);
      // A step outlives its execution.
      await this.#line.landed();
      this.#line.heal();
      await this.#world.clock.sleep(60_000);
      const { flag } = await this.#world.table.readControl(ROOT);
      if (!flag) return;
      const inItsWay = this.#line.fired.filter(({ phase }) => phase === 'recovery').length;
      if (this.recoveries - from > inItsWay) {
        this.violations.push(`no end: after ${this.recoveries} recoveries the flag of ${flag.sessionId} is set`);
        return;
      }
      if (this.recoveries === 0 && !this.#line.isHeldBack) this.abandoned = stateKey(this.#world.state());
      await this.#world.clock.sleep(300_000);
      await this.#world.sweep();
      this.recoveries++;
    }
  }

  async #next(): Promise<void> {
    const world = this.#world;
    this.#line.phase = 'next';
    // A snapshot of the day before yesterday is refused: after an outage of days somebody takes a new one.
    if (world.clock.now() - this.#beganMs > DAY / 2) await putSnapshot(world, 't-T2', 3, world.clock.now() - 60_000);
    await this.#backUp();
    if (await this.#line.open('late-commit')) {
      await this.#recover();
      this.#line.phase = 'next';
      // A system snapshot that comes this late is found by the list of the session after (I5).
      await this.#backUp();
    }
    await this.#judge('after the next backup');
    this.#line.phase = 'clean-up';
    const left = await workOff(world);
    if (left > 0) this.violations.push(`I12: ${left} entries of the clean-up list are never worked off`);
    this.violations.push(...(await leftOver(world, this.#then)).map((text) => `${text} (after the clean-up)`));
    await this.#judge('after the clean-up');
  }

  async #backUp(): Promise<void> {
    const next = await this.#world.run('FullBackupStateMachine', FULL);
    if (next.status !== 'SUCCEEDED')
      this.violations.push(`the next backup ${next.status}: ${next.error}: ${next.cause}`);
    await quiet(this.#world);
  }

  /** Leases of a restore run out; the clean-up removes what it left. */
  async #outlive(): Promise<void> {
    for (let day = 0; day < 3; day++) {
      await this.#world.clock.sleep(DAY);
      await this.#world.run('CleanUpStateMachine', { root: ROOT });
    }
    await this.#judgeTarget(newestPaths(this.#then.facts), true);
  }

  /** The newest image restores to exactly what the source held. */
  async #restore(): Promise<void> {
    this.#line.phase = 'restore';
    const restored = await this.#world.run('RestoreStateMachine', RESTORE);
    if (restored.status !== 'SUCCEEDED') {
      this.violations.push(`the restore ${restored.status}: ${restored.error}: ${restored.cause}`);
      return;
    }
    const { facts } = await judge(this.#world, this.#then);
    const { violations, visible } = await wrongWithTarget(this.#world, this.#then, newestPaths(facts), false);
    if (visible === 0) violations.push('model: the restore succeeded and nothing is visible');
    this.violations.push(...violations.map((text) => `${text} (after the restore)`));
  }

  /** A backup that says SUCCEEDED has a COMPLETE image, and no other has (I6). */
  async #compareWithOutputs(): Promise<void> {
    for (const arn of this.#world.executions('SUCCEEDED').filter((one) => /BackupMachine/.test(one))) {
      const { output } = await this.#world.ended(arn);
      const id = (output as { id?: string } | undefined)?.id;
      const image = id === undefined ? undefined : await this.#world.table.getImage(ROOT, id);
      if (id !== undefined && image?.state !== 'COMPLETE')
        this.violations.push(`I6: the execution of ${id} says SUCCEEDED, its image is ${image?.state ?? 'gone'}`);
    }
  }

  async #judgeTarget(wanted: readonly string[], isOver: boolean): Promise<void> {
    const { violations } = await wrongWithTarget(this.#world, this.#then, wanted, isOver);
    this.violations.push(...violations.map((text) => `${text} (of the restore)`));
  }

  async #judge(when: string, except = /^$/): Promise<void> {
    const { violations } = await judge(this.#world, this.#then);
    for (const text of violations) if (!except.test(text)) this.violations.push(`${text} (${when})`);
  }
}

const BROKEN = {
  ...{ StatusCode: 200, FunctionError: 'Unhandled' },
  Payload: Buffer.from('{"errorType":"Broken","errorMessage":"broken on purpose\\nmend it"}'),
};

/** A line of a trace. */
export function traceLine({ at, phase, who, service, operation, about, atMs, fault, outcome }: SeenCall): string {
  const time = new Date(atMs).toISOString().slice(5, 23);
  const mark = fault ? `  <== ${fault}` : '';
  const effect = isWrite({ operation }) ? '!' : ' ';
  return `${String(at).padStart(4)} ${time} ${phase.padEnd(9)} ${who.padEnd(24)}${effect}${service}.${operation} ${about} → ${outcome ?? 'no answer'}${mark}`;
}
