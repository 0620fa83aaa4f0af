import type { DeployedApp } from './deployed-app.ts';
import { FaultLine } from './fault-line.ts';
import { putSnapshot, ROOT, SOURCE, TABLE } from './source.ts';
import { World, type WorldState } from './world.ts';

const known = new WeakMap<DeployedApp, Map<string, Promise<WorldState>>>();

/** Made once a process: worlds are never changed. */
export function kept(app: DeployedApp, name: string, make: () => Promise<WorldState>): Promise<WorldState> {
  const ofApp = known.get(app) ?? new Map<string, Promise<WorldState>>();
  known.set(app, ofApp);
  const found = ofApp.get(name) ?? make();
  ofApp.set(name, found);
  return found;
}

export const FULL = { root: ROOT, source: SOURCE, tables: [TABLE] };

export async function mustSucceed(world: World, machine: Parameters<World['run']>[0], input: object): Promise<void> {
  const { status, cause } = await world.run(machine, input);
  if (status !== 'SUCCEEDED') throw new Error(`${machine} ${status}: ${cause}`);
}

/** Until nothing runs any more. */
export async function quiet(world: World): Promise<void> {
  for (let running = world.executions('RUNNING'); running.length > 0; running = world.executions('RUNNING'))
    await Promise.all(running.map((arn) => world.states.ended(arn)));
}

/** Runs the clean-up, waiting out the life of steps, until the list is empty; four times at most. */
export async function workOff(world: World): Promise<number> {
  for (let round = 0; ; round++) {
    const entries = await Array.fromAsync(world.cleanUp.list(ROOT));
    if (entries.length === 0 || round === 4) return entries.length;
    await world.clock.sleep(Math.max(0, ...entries.map((one) => one.notBefore - world.clock.now())) + 1_000);
    await world.run('CleanUpStateMachine', { root: ROOT });
  }
}

/** One COMPLETE full of two files, nothing on the clean-up list; the source has a later snapshot, of one file more. */
export const withImage = (app: DeployedApp): Promise<WorldState> =>
  kept(app, 'image', async () => {
    const world = new World(app);
    await putSnapshot(world, 't-T0', 2, world.clock.now() - 3_600_000);
    await mustSucceed(world, 'FullBackupStateMachine', FULL);
    await quiet(world);
    await workOff(world);
    await putSnapshot(world, 't-T1', 3, world.clock.now() - 60_000);
    const state = world.state();
    world.end();
    return state;
  });

/** That, and a full that was stopped while it copied: the flag stands, its owner is gone. */
export const abandoned = (app: DeployedApp): Promise<WorldState> =>
  kept(app, 'abandoned', async () => {
    const world = new World(app, await withImage(app));
    const line = new FaultLine(world, []);
    let arn = '';
    world.hub.intercept(async (call, next) => {
      if (call.operation !== 'CopyObject' || arn === '') return next(call);
      await world.call('states', 'StopExecution', { executionArn: arn });
      return next(call);
    });
    arn = await world.start('FullBackupStateMachine', FULL);
    await world.ended(arn);
    await world.clock.sleep(60_000);
    if (line.calls.length === 0) throw new Error('nothing was called');
    const state = world.state();
    world.end();
    return state;
  });

/** That, rolled back: an entry of the clean-up list waits for the life of steps. */
export const rolledBack = (app: DeployedApp): Promise<WorldState> =>
  kept(app, 'rolled-back', async () => {
    const world = new World(app, await abandoned(app));
    await mustSucceed(world, 'RepairStateMachine', { root: ROOT });
    await quiet(world);
    await world.clock.sleep(2 * 3_600_000);
    const state = world.state();
    world.end();
    return state;
  });
