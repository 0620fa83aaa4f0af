import { publishSnapshotsContract } from '../contracts/publish-snapshots.contract.ts';
import { publishSnapshots } from '../operations/publish-snapshots.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';
import { targetPorts } from './target-ports.ts';

export const step = defineStep(publishSnapshotsContract, (environment, clients) =>
  publishSnapshots(targetPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
