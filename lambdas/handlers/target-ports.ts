import type { Clients } from '../adapters/clients.ts';
import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import type { TargetPorts } from '../operations/target-fence.ts';
import { runPorts } from './run-ports.ts';

/** Ports of a step that writes in a target. */
export const targetPorts = (clients: Clients, environment: { readonly TABLE_NAME: string }): TargetPorts => ({
  ...runPorts(clients, environment),
  targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME),
});
