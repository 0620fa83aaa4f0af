import { rootDigest } from '../../core/stack-layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executions } from '../ports/executions.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { ownerOf } from './flag-owner.ts';

/** Repairs that are started for one session without a person, whether they took over or not. */
const ATTEMPTS = 3;
/** Sessions that are read, newest first, for one that is COMPLETE. */
const MOST_SESSIONS = 500;

interface Ports {
  readonly table: SystemTable;
  readonly executions: Executions;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * {@link findAbandonedSessionsContract}: a flag whose owner's execution has ended starts a repair, under a name made of
 * root, the session's epoch and attempt, so that two starts are one and no session gets more than three; the epoch that
 * was read goes along, and a repair that finds another one does nothing. Lost, doubled and late events are harmless:
 * everything is read. Measures each root; with `AUTO_REPAIR` off it does nothing else.
 * A root that cannot be looked at does not keep the others from it: its error is thrown at the end.
 */
export const findAbandonedSessions =
  (ports: Ports, config: { ROOTS: string[]; REPAIR_STATE_MACHINE_ARN: string; AUTO_REPAIR: boolean }) =>
  async (): Promise<{ flags: number; started: string[] }> => {
    const started: string[] = [];
    const failures: unknown[] = [];
    let flags = 0;
    for (const root of config.ROOTS) {
      try {
        if (await lookAt(root)) flags++;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return { flags, started };

    async function lookAt(root: string): Promise<boolean> {
      const { epoch, flag } = await ports.table.readControl(root);
      const isGone = flag !== undefined && !(await ownerOf(ports.executions, flag)).isRunning;
      const ageSeconds = (sinceMs: number) => Math.max(0, Math.round((ports.clock.now() - sinceMs) / 1_000));
      ports.metrics.put(root, { FlagAgeSeconds: flag ? ageSeconds(flag.startedAt) : 0, OwnerGone: isGone ? 1 : 0 });
      if (isGone && config.AUTO_REPAIR) {
        const session = await ports.table.getSession(root, flag.sessionId);
        await startRepair(root, session?.epoch ?? epoch, epoch);
      }
      const newest = await newestComplete(ports.table, root);
      if (newest !== undefined) ports.metrics.put(root, { NewestBackupAgeSeconds: ageSeconds(newest) });
      return flag !== undefined;
    }

    async function startRepair(root: string, sessionEpoch: number, epoch: number): Promise<void> {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const name = `repair-${rootDigest(root)}-${sessionEpoch}-${attempt}`;
        const earlier = await ports.executions.status(executionArn(config.REPAIR_STATE_MACHINE_ARN, name));
        if (earlier?.status === 'RUNNING') return;
        if (earlier) continue;
        await ports.executions.start(config.REPAIR_STATE_MACHINE_ARN, name, { root, epoch });
        started.push(name);
        return;
      }
    }
  };

/** When the newest backup that is COMPLETE still began, ms. */
async function newestComplete(
  table: Pick<SystemTable, 'listSessions' | 'getImageState'>,
  root: string,
): Promise<number | undefined> {
  let seen = 0;
  for await (const { id, state, startedAt } of table.listSessions(root)) {
    // A deletion has no image, and what it deleted is no backup any more.
    if (state === 'COMPLETE' && (await table.getImageState(root, id)) === 'COMPLETE') return startedAt;
    if (++seen === MOST_SESSIONS) break;
  }
  return undefined;
}

/** `…:stateMachine:<name>[:<alias>]` → `…:execution:<name>:<execution>` */
const executionArn = (stateMachineArn: string, name: string): string => {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
};
