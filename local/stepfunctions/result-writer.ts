import type { MapState } from './compiled-state.ts';
import type { Execution } from './execution.ts';
import { evaluate } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import type { MapRun } from './map-run.ts';
import { dataOf, parsedData, type StateData } from './state-data.ts';
import { StateError } from './state-error.ts';
import { bindingsOf, type Visit } from './visit.ts';

const OUTCOMES = ['FAILED', 'PENDING', 'SUCCEEDED'] as const;

/**
 * Writes what became of the children to S3, one file an outcome and `manifest.json` last ("ResultWriter", Developer
 * Guide). @throws StateError States.ResultWriterFailed
 */
export async function writeResults(visit: Visit<MapState>, run: MapRun): Promise<StateData> {
  const writer = visit.state.distributed?.writer;
  if (!writer) return parsedData(`[${succeeded(run).map((child) => child.outcome.output)}]`);
  const results = (only: (typeof OUTCOMES)[number]): Json[] =>
    run.inputs
      .map((input, index) => ({ input, child: run.children[index] }))
      .filter(({ child }) => outcomeOf(child) === only)
      .map(({ input, child }) => (child ? described(child) : { Input: input }));
  if (!writer.arguments) return dataOf(transformed(run, writer.transformation, results('SUCCEEDED')), 'map output');
  const { Bucket, Prefix } = (await evaluate(writer.arguments, bindingsOf(visit))) as Record<string, string>;
  const folder = `${Prefix ? `${Prefix.replace(/\/$/, '')}/` : ''}${run.arn.slice(run.arn.lastIndexOf(':') + 1)}`;
  const { engine, execution, cancellation } = visit.line;
  const put = async (Key: string, Body: string) => {
    const input = { Bucket, Key, Body, ContentType: 'application/json' };
    const { roleArn } = execution.origin;
    try {
      await cancellation.abandonable(engine.invoke({ service: 's3', operation: 'PutObject', input, roleArn }));
    } catch (error) {
      cancellation.check();
      throw new StateError('States.ResultWriterFailed', error instanceof Error ? error.message : String(error));
    }
  };
  const files: JsonObject = {};
  for (const outcome of OUTCOMES) {
    const list = outcome === 'SUCCEEDED' ? transformed(run, writer.transformation, results(outcome)) : results(outcome);
    files[outcome] = [];
    if (!results(outcome).length) continue;
    const lines = writer.outputType === 'JSONL';
    const body = lines ? list.map((line) => `${JSON.stringify(line)}\n`).join('') : JSON.stringify(list);
    const Key = `${folder}/${outcome}_0.${lines ? 'jsonl' : 'json'}`;
    await put(Key, body);
    files[outcome] = [{ Key, Size: Buffer.byteLength(body) }];
  }
  const manifest = { DestinationBucket: Bucket!, MapRunArn: run.arn, ResultFiles: files };
  const Key = `${folder}/manifest.json`;
  await put(Key, JSON.stringify(manifest));
  run.resultsWritten = run.children.length;
  return dataOf({ MapRunArn: run.arn, ResultWriterDetails: { Bucket: Bucket!, Key } }, 'map output');
}

const succeeded = (run: MapRun): Execution[] =>
  run.children.filter((child): child is Execution => child?.status === 'SUCCEEDED');

function outcomeOf(child: Execution | undefined): (typeof OUTCOMES)[number] {
  if (!child) return 'PENDING';
  return child.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}

function transformed(run: MapRun, transformation: string, whole: Json[]): Json[] {
  if (transformation === 'NONE') return whole;
  const outputs = succeeded(run).map((child) => JSON.parse(child.outcome.output ?? 'null') as Json);
  return transformation === 'FLATTEN' ? outputs.flat() : outputs;
}

function described(child: Execution): JsonObject {
  const { origin, outcome } = child;
  return {
    ExecutionArn: origin.arn,
    Input: origin.input,
    InputDetails: { Included: true },
    Name: origin.name,
    ...(outcome.output === undefined ? {} : { Output: outcome.output, OutputDetails: { Included: true } }),
    ...(outcome.error === undefined ? {} : { Error: outcome.error }),
    ...(outcome.cause === undefined ? {} : { Cause: outcome.cause }),
    RedriveCount: child.redriveCount,
    RedriveStatus: child.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    StartDate: new Date(origin.startMs).toISOString(),
    StateMachineArn: origin.stateMachineArn,
    Status: child.status,
    ...(child.stopMs === undefined ? {} : { StopDate: new Date(child.stopMs).toISOString() }),
  };
}
