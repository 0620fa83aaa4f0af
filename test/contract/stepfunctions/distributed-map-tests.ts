import { DescribeMapRunCommand, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { freshName, type Json, machineOf } from './stepfunctions-subject.ts';

type Members = { [key: string]: Json };

/** Distributed Map: reader, selector, batcher, tolerance, writer, children. */
export function distributedMapTests({ bench, has }: Suite): void {
  const mapOf = (child: Json, more: Members = {}): string =>
    machineOf({
      Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Each' },
      Each: {
        Type: 'Map',
        Label: 'Each',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Child',
          States: child,
        },
        End: true,
        ...more,
      },
    });
  const echo: Json = { Child: { Type: 'Pass', End: true } };
  const failing = (condition: string, more: Members = {}): string =>
    mapOf(
      {
        Child: { Type: 'Choice', Choices: [{ Condition: condition, Next: 'Bad' }], Default: 'Good' },
        Bad: { Type: 'Fail', Error: 'ChildBroke' },
        Good: { Type: 'Succeed' },
      },
      more,
    );
  const lines = async (items: readonly unknown[]): Promise<Members> => {
    const Key = `${freshName()}.jsonl`;
    await bench().subject.putObject(Key, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    return {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: bench().subject.bucket, Key },
    };
  };

  describe('distributed map', () => {
    test('reads JSON lines and gives the outputs in their order', async () => {
      const reader = await lines([{ n: 1 }, { n: 2 }, { n: 3 }]);
      const { output } = await bench().run(mapOf(echo, { ItemReader: reader }));
      expect(output).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    test('MaxItems reads only so many', async () => {
      const reader = await lines([1, 2, 3]);
      const limited = { ...reader, ReaderConfig: { InputType: 'JSONL', MaxItems: 2 } };
      const { output } = await bench().run(mapOf(echo, { ItemReader: limited }));
      expect(output).toEqual([1, 2]);
    });

    test('ItemSelector sees index, value, input and variables', async () => {
      const { output } = await bench().run(
        mapOf(echo, {
          Items: '{% $states.input.list %}',
          ItemSelector: {
            at: '{% $states.context.Map.Item.Index %}',
            value: '{% $states.context.Map.Item.Value %}',
            k: '{% $states.input.k & $outer %}',
          },
        }),
        { list: ['a', 'b'], k: 'K' },
      );
      expect(output).toEqual([
        { at: 0, value: 'a', k: 'K1' },
        { at: 1, value: 'b', k: 'K1' },
      ]);
    });

    if (has('batcher')) {
      test('ItemBatcher gives each child its Items and the BatchInput', async () => {
        const { output } = await bench().run(
          mapOf(echo, {
            Items: [1, 2, 3],
            ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { id: '{% $states.input.id %}' } },
          }),
          { id: 'x' },
        );
        expect(output).toEqual([
          { BatchInput: { id: 'x' }, Items: [1, 2] },
          { BatchInput: { id: 'x' }, Items: [3] },
        ]);
      });

      test('MaxInputBytesPerBatch bounds the input of a child', async () => {
        const items = Array.from({ length: 10 }, (_, at) => 'x'.repeat(30) + at);
        const { output } = await bench().run(
          mapOf(echo, { Items: items, ItemBatcher: { MaxInputBytesPerBatch: 150 } }),
        );
        const batches = output as { Items: string[] }[];
        expect(batches.flatMap(({ Items }) => Items)).toEqual(items);
        for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThanOrEqual(150);
        expect(batches.length).toBeLessThan(items.length);
      });
    }

    test('nothing to go over gives an empty list', async () => {
      const { output, execution } = await bench().run(mapOf(echo, { Items: [] }));
      expect(execution.status).toBe('SUCCEEDED');
      expect(output).toEqual([]);
    });

    if (has('variable scopes')) {
      test('a child cannot read the variables around the map, and is an execution of its own', async () => {
        const child = {
          Child: {
            Type: 'Pass',
            Output: { outer: '{% $exists($outer) %}', id: '{% $states.context.Execution.Id %}' },
            End: true,
          },
        };
        const { output, execution } = await bench().run(mapOf(child, { Items: [1] }));
        const [{ outer, id }] = output as [{ outer: boolean; id: string }];
        expect(outer).toBe(false);
        expect(id).not.toBe(execution.executionArn);
        expect(id).toContain(':execution:');
      });
    }

    test('one child that fails fails the map, under a name of its own', async () => {
      const { execution } = await bench().run(failing('{% $states.input = 2 %}', { Items: [1, 2, 3] }));
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    });

    test('a Catch of the map sees that name', async () => {
      const { output } = await bench().run(
        machineOf({
          Each: {
            ...(JSON.parse(failing('{% true %}', { Items: [1] })).States.Each as Members),
            Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'Caught', Output: 'caught' }],
          },
          Caught: { Type: 'Pass', End: true },
        }),
      );
      expect(output).toBe('caught');
    });

    test('failures within the tolerance do not fail the map', async () => {
      const bad = '{% $states.input in [2, 4] %}';
      const tolerant = await bench().run(failing(bad, { Items: [1, 2, 3, 4, 5], ToleratedFailureCount: 2 }));
      expect(tolerant.execution.status).toBe('SUCCEEDED');
      const half = await bench().run(failing(bad, { Items: [1, 2, 3, 4], ToleratedFailurePercentage: 50 }));
      expect(half.execution.status).toBe('SUCCEEDED');
      const strict = await bench().run(failing(bad, { Items: [1, 2, 3, 4], ToleratedFailurePercentage: 49 }));
      expect(strict.execution.status).toBe('FAILED');
    });

    test('a file that is not there, or not JSON lines, is States.ItemReaderFailed', async () => {
      const reader = await lines([1]);
      const missing = { ...reader, Arguments: { Bucket: bench().subject.bucket, Key: 'no-such-file' } };
      const gone = await bench().run(mapOf(echo, { ItemReader: missing }));
      expect(gone.execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
      await bench().subject.putObject('torn.jsonl', '{"a":1}\n{"a":');
      const torn = { ...reader, Arguments: { Bucket: bench().subject.bucket, Key: 'torn.jsonl' } };
      const broken = await bench().run(mapOf(echo, { ItemReader: torn }));
      expect(broken.execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    });

    if (has('map runs')) {
      test('the run and its children can be described and listed', async () => {
        const { client } = bench().subject;
        const { execution } = await bench().run(
          failing('{% $states.input = 2 %}', { Items: [1, 2, 3, 4], ToleratedFailureCount: 1, MaxConcurrency: 2 }),
        );
        const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn: execution.executionArn }));
        expect(mapRuns).toHaveLength(1);
        const { mapRunArn } = mapRuns![0]!;
        const run = await client.send(new DescribeMapRunCommand({ mapRunArn }));
        expect(run).toMatchObject({ status: 'SUCCEEDED', maxConcurrency: 2, toleratedFailureCount: 1 });
        expect(run.executionCounts).toMatchObject({ total: 4, succeeded: 3, failed: 1, running: 0, pending: 0 });
        const listed = await client.send(new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED' }));
        expect(listed.executions).toHaveLength(1);
        const child = await bench().describe(listed.executions![0]!.executionArn!);
        expect(child).toMatchObject({ status: 'FAILED', error: 'ChildBroke', mapRunArn });
        expect(child.stateMachineArn).toBe(`${execution.stateMachineArn}/Each`);
      });

      test('children that have not begun stay pending when the tolerance is exceeded', async () => {
        const { client } = bench().subject;
        const { execution } = await bench().run(
          failing('{% $states.input = 1 %}', { Items: [1, 2, 3, 4], MaxConcurrency: 1 }),
        );
        const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn: execution.executionArn }));
        const run = await client.send(new DescribeMapRunCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
        expect(run.status).toBe('FAILED');
        expect(run.executionCounts).toMatchObject({ total: 4, failed: 1, pending: 3 });
      });
    }

    if (has('result writer')) {
      const writer: Json = { Resource: 'arn:aws:states:::s3:putObject', Arguments: '{% $states.input.to %}' };

      test('ResultWriter writes one file an outcome, and a manifest that names them', async () => {
        const { bucket } = bench().subject;
        const { output } = await bench().run(
          failing('{% $states.input = 2 %}', { Items: [1, 2, 3], ToleratedFailureCount: 1, ResultWriter: writer }),
          { to: { Bucket: bucket, Prefix: 'out' } },
        );
        const { MapRunArn, ResultWriterDetails: at } = output as {
          MapRunArn: string;
          ResultWriterDetails: { Bucket: string; Key: string };
        };
        expect(at.Bucket).toBe(bucket);
        expect(at.Key).toMatch(/^out\/[^/]+\/manifest\.json$/);
        const manifest = JSON.parse(await bench().subject.getObject(at.Key));
        expect(manifest).toMatchObject({ DestinationBucket: bucket, MapRunArn });
        const { SUCCEEDED, FAILED, PENDING } = manifest.ResultFiles;
        expect(PENDING).toEqual([]);
        const text = await bench().subject.getObject(SUCCEEDED[0].Key);
        expect(SUCCEEDED[0].Size).toBe(Buffer.byteLength(text));
        expect(JSON.parse(text).map(({ Output, Status }: Members) => [Output, Status])).toEqual([
          ['1', 'SUCCEEDED'],
          ['3', 'SUCCEEDED'],
        ]);
        expect(JSON.parse(await bench().subject.getObject(FAILED[0].Key))).toMatchObject([
          { Error: 'ChildBroke', Input: '2', Status: 'FAILED' },
        ]);
      });

      test('COMPACT and JSONL write the outputs alone, one a line', async () => {
        const { bucket } = bench().subject;
        const { output } = await bench().run(
          mapOf(echo, {
            Items: [{ a: 1 }, { a: 2 }],
            ResultWriter: { ...writer, WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSONL' } },
          }),
          { to: { Bucket: bucket, Prefix: 'lines' } },
        );
        const { Key } = (output as { ResultWriterDetails: { Key: string } }).ResultWriterDetails;
        const manifest = JSON.parse(await bench().subject.getObject(Key));
        expect(await bench().subject.getObject(manifest.ResultFiles.SUCCEEDED[0].Key)).toBe('{"a":1}\n{"a":2}\n');
      });

      test('a bucket that is not there is States.ResultWriterFailed', async () => {
        const { execution } = await bench().run(mapOf(echo, { Items: [1], ResultWriter: writer }), {
          to: { Bucket: 'no-such-bucket', Prefix: 'out' },
        });
        expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' });
      });
    }

    if (has('virtual time')) {
      test('MaxConcurrency may be an expression, and ten thousand children are no trouble', async () => {
        const reader = await lines(Array.from({ length: 10_000 }, (_, n) => ({ n })));
        const { execution, output } = await bench().run(
          mapOf(
            { Child: { Type: 'Wait', Seconds: 10, Next: 'Then' }, Then: { Type: 'Pass', Output: 1, End: true } },
            { ItemReader: reader, MaxConcurrency: '{% $states.input.lanes %}' },
          ),
          { lanes: 100 },
        );
        expect(output).toHaveLength(10_000);
        expect(execution.stopDate!.getTime() - execution.startDate!.getTime()).toBe(1_000_000);
      });
    }
  });
}
