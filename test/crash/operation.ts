import type { Call } from '../../local/hub.ts';
import type { DeployedApp } from './deployed-app.ts';
import type { FaultLine } from './fault-line.ts';
import type { World, WorldState } from './world.ts';

/** What the certificate cuts: one file of `operations/` each. */
export interface Operation {
  readonly name: string;
  /** One sentence for the published table. */
  readonly what: string;
  /** The world at rest that it begins in. */
  begin(app: DeployedApp): Promise<WorldState>;
  /** Starts it, and what else belongs to it; over when all is started. */
  start(world: World, line: FaultLine): Promise<unknown>;
  /** It writes the target of restores. */
  readonly restores?: boolean;
  /** Calls that fail in every case of it: what makes a backup roll back. */
  readonly fails?: (call: Call) => boolean;
}
