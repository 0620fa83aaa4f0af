import { abandoned, FULL, rolledBack, withImage } from './bases.ts';
import type { FaultKind } from './fault.ts';
import { RESTORE } from './operations/restore.ts';
import type { Race } from './race.ts';
import { ROOT } from './source.ts';
import type { World } from './world.ts';

const INCREMENT = { ...FULL, fromSnapshot: true };

/** After a while: at once, within the other's first calls, or when it is nearly over. */
const later = (world: World, random: () => number, mostMs = 20_000): Promise<void> =>
  world.clock.sleep(Math.floor(random() ** 2 * mostMs));

const twoSessions: Race = {
  name: 'two-sessions',
  what: 'two full backups begin at once',
  begin: withImage,
  start: async (world, _line, random) => {
    await world.start('FullBackupStateMachine', FULL);
    await later(world, random);
    await world.start('FullBackupStateMachine', FULL);
  },
};

const threeSessions: Race = {
  name: 'three-sessions',
  what: 'a full backup, an increment and another full begin at once',
  begin: withImage,
  start: async (world, _line, random) => {
    await world.start('FullBackupStateMachine', FULL);
    await later(world, random);
    await world.start('IncrementalBackupStateMachine', INCREMENT);
    await later(world, random);
    await world.start('FullBackupStateMachine', FULL);
  },
};

const repairAndSweep: Race = {
  name: 'repair-and-sweep',
  what: "a person's repair beside auto-repair, whose event comes twice and late",
  begin: abandoned,
  start: async (world, _line, random) => {
    await Promise.all([
      world.start('RepairStateMachine', { root: ROOT }),
      later(world, random).then(() => world.sweep()),
      later(world, random).then(() => world.sweep()),
      later(world, random, 60_000).then(() => world.start('RepairStateMachine', { root: ROOT })),
    ]);
  },
};

const repairOfOwner: Race = {
  name: 'repair-stops-owner',
  what: 'a repair that stops the running owner, at any moment of it; the step that ran lives on',
  begin: withImage,
  start: async (world, _line, random) => {
    await world.start('FullBackupStateMachine', FULL);
    await later(world, random, 60_000);
    await world.start('RepairStateMachine', { root: ROOT, stopOwner: true });
  },
};

const ZOMBIES: readonly FaultKind[] = ['late-stop', 'late-repair', 'late-commit', 'hang'];

const repairWithZombie: Race = {
  name: 'repair-with-zombie',
  what: 'a session is stopped, and a call of its takes effect during or after the repair, or after the next commit',
  begin: withImage,
  start: async (world, line, random) => {
    const kind = ZOMBIES[Math.floor(random() * ZOMBIES.length)] as FaultKind;
    line.add({ at: 15 + Math.floor(random() * 80), kind });
    await world.start('FullBackupStateMachine', FULL);
    await later(world, random, 60_000);
    await world.sweep();
  },
};

const restoreWithSession: Race = {
  name: 'restore-with-session',
  what: 'a restore beside a session',
  restores: true,
  begin: withImage,
  start: async (world, _line, random) => {
    await Promise.all([
      later(world, random).then(() => world.start('RestoreStateMachine', RESTORE)),
      later(world, random).then(() => world.start('FullBackupStateMachine', FULL)),
    ]);
  },
};

const twoRestores: Race = {
  name: 'two-restores',
  what: 'two restores into one target, and a clean-up',
  restores: true,
  begin: withImage,
  start: async (world, _line, random) => {
    await Promise.all([
      world.start('RestoreStateMachine', RESTORE),
      later(world, random).then(() => world.start('RestoreStateMachine', RESTORE)),
      later(world, random).then(() => world.start('CleanUpStateMachine', { root: ROOT })),
    ]);
  },
};

const cleanUps: Race = {
  name: 'two-clean-ups',
  what: 'two runs of the clean-up on one entry, a session and a restore beside them',
  restores: true,
  begin: rolledBack,
  start: async (world, _line, random) => {
    await Promise.all([
      world.start('CleanUpStateMachine', { root: ROOT }),
      later(world, random).then(() => world.start('CleanUpStateMachine', { root: ROOT })),
      later(world, random).then(() => world.start('FullBackupStateMachine', FULL)),
      later(world, random).then(() => world.start('RestoreStateMachine', RESTORE)),
    ]);
  },
};

const redrive: Race = {
  name: 'redrive-with-session',
  what: 'an old execution is redriven beside its repair and a new session',
  begin: abandoned,
  start: async (world, _line, random) => {
    const old = world.executions('ABORTED').find((arn) => arn.includes('FullBackup'));
    await later(world, random, 5_000);
    await world.sweep();
    await Promise.all([
      later(world, random).then(() => world.call('states', 'RedriveExecution', { executionArn: old })),
      later(world, random, 40_000).then(() => world.start('FullBackupStateMachine', FULL)),
    ]);
  },
};

const stopped: Race = {
  name: 'stopped-anywhere',
  what: 'a session is stopped at any moment, sweeps come at any moment, another session begins',
  begin: withImage,
  start: async (world, _line, random) => {
    const executionArn = await world.start('FullBackupStateMachine', FULL);
    await Promise.all([
      later(world, random, 40_000).then(() => world.call('states', 'StopExecution', { executionArn }).catch(() => {})),
      later(world, random, 60_000).then(() => world.sweep()),
      later(world, random, 60_000).then(() => world.sweep()),
      later(world, random, 90_000).then(() => world.start('FullBackupStateMachine', FULL)),
    ]);
  },
};

/** Interleavings that the certificate plays. One that is added here is played and published like the others. */
export const RACES: readonly Race[] = [
  ...[twoSessions, threeSessions, repairAndSweep, repairOfOwner, repairWithZombie],
  ...[restoreWithSession, twoRestores, cleanUps, redrive, stopped],
];
