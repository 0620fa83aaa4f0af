import type { DeployedApp } from './deployed-app.ts';
import type { FaultLine } from './fault-line.ts';
import type { Operation } from './operation.ts';
import { delays, randomFrom } from './schedule.ts';
import type { World, WorldState } from './world.ts';

/** Several runs at once, their calls mixed by a seed. One file of `races/` each. */
export interface Race {
  readonly name: string;
  readonly what: string;
  begin(app: DeployedApp): Promise<WorldState>;
  /** It writes the target of restores. */
  readonly restores?: boolean;
  /** Starts all of it, now or after a wait. */
  start(world: World, line: FaultLine, random: () => number): Promise<unknown>;
}

/** The race as it goes with a seed. */
export function seeded(race: Race, seed: number): Operation {
  return {
    ...{ name: race.name, what: race.what, begin: race.begin, restores: race.restores ?? false },
    start: (world, line) => {
      const random = randomFrom(seed);
      line.delayMs = delays(random);
      return race.start(world, line, random);
    },
  };
}
