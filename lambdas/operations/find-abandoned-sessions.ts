import { rootDigest } from '../../core/stack-layout.ts';
import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { ownerOf } from './flag-owner.ts';

/** Repairs that are started for one session without a person: take-overs and starts that never took over. */
const ATTEMPTS = 3;

/**
 * {@link findAbandonedSessionsContract}: a flag whose owner's execution has ended starts a repair, under a name made of
 * root, epoch and attempt, so that two starts are one. Lost, doubled and late events are harmless: everything is read.
 */
export const findAbandonedSessions =
  (
    ports: { table: SystemTable; executions: Executions },
    config: { ROOTS: string[]; REPAIR_STATE_MACHINE_ARN: string },
  ) =>
  async (): Promise<{ flags: number; started: string[] }> => {
    const started: string[] = [];
    let flags = 0;
    for (const root of config.ROOTS) {
      const { epoch, flag } = await ports.table.readControl(root);
      if (!flag) continue;
      flags++;
      if ((await ownerOf(ports.executions, flag)).isRunning) continue;
      const session = await ports.table.getSession(root, flag.sessionId);
      // Each take-over adds one to the epoch: the session's own Catch, then up to three repairs. After that a person.
      if (session && epoch - session.epoch > ATTEMPTS) continue;
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const name = `repair-${rootDigest(root)}-${epoch}-${attempt}`;
        const earlier = await ports.executions.status(executionArn(config.REPAIR_STATE_MACHINE_ARN, name));
        if (earlier?.status === 'RUNNING') break;
        if (earlier) continue; // ended and the epoch is still the same: it never took over
        await ports.executions.start(config.REPAIR_STATE_MACHINE_ARN, name, { root, epoch });
        started.push(name);
        break;
      }
    }
    return { flags, started };
  };

/** `…:stateMachine:<name>[:<alias>]` → `…:execution:<name>:<execution>` */
const executionArn = (stateMachineArn: string, name: string): string => {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
};
