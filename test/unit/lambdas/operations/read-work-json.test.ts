import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compressLines } from '../../../../core/compressed-lines.ts';
import { workPrefix } from '../../../../core/stack-layout.ts';
import { verifyRequest } from '../../../../lambdas/contracts/verify-request.ts';
import { findBackupPlan } from '../../../../lambdas/operations/backup-plan.ts';
import { readPlannedRange } from '../../../../lambdas/operations/planned-range.ts';
import { PlannedTables } from '../../../../lambdas/operations/planned-tables.ts';
import { readWorkJson } from '../../../../lambdas/operations/read-work-json.ts';
import { RequestFile } from '../../../../lambdas/operations/request-file.ts';
import { readTablePlan } from '../../../../lambdas/operations/write-plan-pieces.ts';
import type { ObjectStore } from '../../../../lambdas/ports/object-store.ts';

const ROOT = 's3://bucket/backups';
const WORK = workPrefix(ROOT, 'run');

/** A store in which every object has the same bytes. */
const storeOf = (bytes: Uint8Array) =>
  ({
    get: async () => ({ bytes, etag: '"1"' }),
    getStream: async () =>
      (async function* () {
        yield bytes;
      })(),
  }) as unknown as ObjectStore;

describe('readWorkJson', () => {
  const from = { bucket: 'work', key: 'a/b.json', next: 'start it again' } as const;
  const schema = z.object({ chunk: z.number() });

  it('answers what the schema allows', () => {
    expect(readWorkJson(schema, '{"chunk":1}', from)).toEqual({ chunk: 1 });
    expect(readWorkJson(schema, Buffer.from('{"chunk":1}'), from)).toEqual({ chunk: 1 });
  });

  it.each([
    ['damaged', '{"chunk":'],
    ['empty', ''],
    ['of another shape', '{"chunk":"1"}'],
    ['no object', 'null'],
  ])('names the object that is %s', (_, json) => {
    expect(() => readWorkJson(schema, json, from)).toThrow(
      expect.objectContaining({
        name: 'UnknownAnswer',
        message: expect.stringContaining('s3://work/a/b.json'),
        hint: 'start it again',
      }),
    );
  });

  it('names the field', () => {
    expect(() => readWorkJson(schema, '{}', from)).toThrow('chunk: ');
  });
});

describe.each([
  ['damaged', '{"format":'],
  ['of another shape', '{"format":"1"}'],
])('what lies in the work bucket, %s', (_, json) => {
  const objects = storeOf(Buffer.from(json));
  const lines = storeOf(compressLines([json]));

  it.each([
    ['a request', () => new RequestFile(objects, 'work', verifyRequest).read(ROOT, 'run')],
    ['a planned table', () => new PlannedTables(objects, 'work', WORK).read(0)],
    ['the plan of a backup', () => findBackupPlan(objects, 'work', WORK)],
    ['a range', () => readPlannedRange(lines, { bucket: 'work', work: WORK }, { range: 0, files: 0, isLast: true })],
  ])('is an error of the domain: %s', async (_name, read) => {
    await expect(read()).rejects.toMatchObject({
      name: 'UnknownAnswer',
      message: expect.stringContaining(`s3://work/${WORK}`),
    });
  });
});

it('names the plan of a table that is no list', async () => {
  const plan = readTablePlan(
    storeOf(Buffer.from('no list')),
    { bucket: 'work', work: WORK },
    { index: 0, planSha256: '' },
  );
  await expect(plan.next()).rejects.toMatchObject({ name: 'UnknownAnswer' });
});

it('is how every operation reads JSON; the others catch what JSON.parse throws', () => {
  const catching = ['child-failure.ts', 'claim-root.ts', 'read-work-json.ts'];
  const folder = new URL('../../../../lambdas/operations/', import.meta.url);
  const parsing = readdirSync(folder).filter((file) =>
    readFileSync(new URL(file, folder), 'utf8').includes('JSON.parse('),
  );
  expect(parsing.filter((file) => !catching.includes(file))).toEqual([]);
});
