import { ServiceError } from '../service.ts';
import type { ExecutionStore } from './execution-store.ts';
import type { MapRun } from './map-run.ts';
import { page } from './paging.ts';

type Input = Readonly<Record<string, unknown>>;

export function describeMapRun(executions: ExecutionStore, { mapRunArn }: Input): Record<string, unknown> {
  const run = executions.mapRun(String(mapRunArn));
  if (!run) throw new ServiceError('ResourceNotFound', `Resource not found: '${mapRunArn}'`);
  return {
    ...listed(run),
    status: run.status,
    maxConcurrency: run.maxConcurrency,
    toleratedFailurePercentage: run.toleratedPercentage ?? 0,
    toleratedFailureCount: run.toleratedCount ?? 0,
    itemCounts: run.itemCounts,
    executionCounts: run.executionCounts,
    redriveCount: run.redriveCount,
    ...(run.redriveMs === undefined ? {} : { redriveDate: new Date(run.redriveMs) }),
  };
}

export function listMapRuns(executions: ExecutionStore, request: Input): Record<string, unknown> {
  const execution = executions.get(request.executionArn);
  const runs = [...executions.mapRuns()].filter(({ parentArn }) => parentArn === execution.origin.arn).reverse();
  const { items, nextToken } = page(runs, request);
  return { mapRuns: items.map(listed), ...nextToken };
}

function listed(run: MapRun): Record<string, unknown> {
  return {
    executionArn: run.parentArn,
    mapRunArn: run.arn,
    stateMachineArn: run.childMachineArn,
    startDate: new Date(run.startMs),
    ...(run.stopMs === undefined ? {} : { stopDate: new Date(run.stopMs) }),
  };
}
