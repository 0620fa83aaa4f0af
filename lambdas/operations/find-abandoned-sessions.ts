import { rootDigest } from '../../core/stack-layout.ts';
import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { ownerOf } from './flag-owner.ts';

/** Repairs that are started for one session without a person, whether they took over or not. */
const ATTEMPTS = 3;

/**
 * {@link findAbandonedSessionsContract}: a flag whose owner's execution has ended starts a repair, under a name made of
 * root, the session's epoch and attempt, so that two starts are one and no session gets more than three; the epoch that
 * was read goes along, and a repair that finds another one does nothing. Lost, doubled and late events are harmless:
 * everything is read.
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
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const name = `repair-${rootDigest(root)}-${session?.epoch ?? epoch}-${attempt}`;
        const earlier = await ports.executions.status(executionArn(config.REPAIR_STATE_MACHINE_ARN, name));
        if (earlier?.status === 'RUNNING') break;
        if (earlier) continue;
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
