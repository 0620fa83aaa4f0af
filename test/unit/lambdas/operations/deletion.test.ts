import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { compressLines } from '../../../../core/compressed-lines.ts';
import { sha256 } from '../../../../core/digest.ts';
import { imageKey, imageTableKey, rootPartition } from '../../../../core/items.ts';
import { decodeManifest, encodeShell, encodeVoid } from '../../../../core/manifest.ts';
import { toAttributes } from '../../../../lambdas/adapters/dynamodb/attribute-values.ts';
import { dynamoDbCleanUpList } from '../../../../lambdas/adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../../../../lambdas/adapters/dynamodb/system-table.ts';
import { TABLE_NAME, WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const ID = 'backup_1700000000000';
const ENTRY = 'entry';
const KEY = `prod/images/${ID}/manifest.json`;
const DATA = `prod/images/${ID}/data/default/t/r/f/`;
const LIST = 'work/x/plan/unlisted-00000.jsonl.zst';
const SEALED = Buffer.from('{"body":{"kind":"IMAGE"},"sha256":"x"}');

describe('what a deletion left to the clean-up', () => {
  let world: World;
  const input = { root: ROOT, sessionId: ID, authority: { kind: 'CLEAN_UP', entryId: ENTRY } };
  const putItem = (sk: string, item: object, pk = rootPartition(ROOT)) =>
    world.clients.dynamodb.send(
      new PutItemCommand({ TableName: TABLE_NAME, Item: toAttributes({ ...item, pk, sk } as never) }),
    );
  const put = (Key: string, Body: Uint8Array | string, Bucket = 'backups') =>
    world.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const table = () => dynamoDbSystemTable(world.clients, TABLE_NAME);
  const cleanUp = () => dynamoDbCleanUpList(world.clients, TABLE_NAME);
  const keys = async () => {
    const { Contents = [] } = (await world.hub.call('s3', 'ListObjectsV2', { Bucket: 'backups' }, operator)) as {
      Contents?: { Key: string }[];
    };
    return Contents.map(({ Key }) => Key);
  };
  const marker = async () => {
    const { Body } = await world.clients.s3.send(
      new (await import('@aws-sdk/client-s3')).GetObjectCommand({ Bucket: 'backups', Key: KEY }),
    );
    return decodeManifest(await Body!.transformToByteArray(), KEY);
  };
  const operator = { caller: { kind: 'operator' }, requestId: 'test' } as const;

  async function given(state: string, outcome: 'DELETED' | 'SHELL', flag = false): Promise<void> {
    await putItem('control', { epoch: 1, version: 5, ...(flag && { activeSnapshot: 's', sessionId: 'other' }) });
    await putItem(imageKey(ID), { id: ID, state, manifestSha256: 'm'.repeat(64), holders: [], parents: [] });
    for (let n = 0; n < 120; n++) await putItem(imageTableKey(ID, `t${n}`), { id: ID, table: `t${n}` });
    const lines = ['default/t/r/f/a', 'default/t/r/f/c'];
    await put(LIST, compressLines(lines), WORK_BUCKET);
    await cleanUp().add({
      ...{ entryId: ENTRY, root: ROOT, sessionId: ID, outcome, createdAt: 1, notBefore: 2, deletedBy: 'backup_2' },
      ...(outcome === 'SHELL' && {
        unlisted: { key: LIST, files: 2, bytes: 2, sha256: sha256(`${lines.join('\n')}\n`) },
      }),
    });
  }

  beforeEach(async () => {
    world = await World.create({ roots: [ROOT] });
  });

  it('the record goes with its rows and the entry, while no flag is set, and the version counts it', async () => {
    await given('DELETING', 'DELETED', true);
    expect(await world.call('ForgetImage', input)).toMatchObject({ decision: 'LATER' });
    expect((await table().readControl(ROOT)).version).toBe(5);
    expect(await Array.fromAsync(table().listItems(ROOT))).toHaveLength(122);
    await putItem('control', { epoch: 1, version: 5 });
    expect(await world.call('ForgetImage', input)).toMatchObject({ decision: 'FORGOTTEN' });
    expect((await Array.fromAsync(table().listItems(ROOT))).map(({ sk }) => sk)).toEqual(['control']);
    // Two transactions: 120 rows are more than one takes.
    expect((await table().readControl(ROOT)).version).toBe(7);
    expect(await cleanUp().get(ROOT, ENTRY)).toBeUndefined();
    await expect(world.call('ForgetImage', input)).rejects.toMatchObject({ name: 'Superseded' });
  });

  it('nothing of a COMPLETE image is removed by such an entry', async () => {
    await given('COMPLETE', 'DELETED');
    for (const step of ['VoidManifest', 'CleanDestination', 'RemoveVoidMarker', 'ForgetImage'])
      await expect(world.call(step, input), step).rejects.toMatchObject({ name: 'ImageConflict' });
    await given('COMPLETE', 'SHELL');
    for (const step of ['MarkShell', 'CleanUnlistedFiles'])
      await expect(world.call(step, input), step).rejects.toMatchObject({ name: 'ImageConflict' });
    for (const step of ['VoidManifest', 'CleanDestination'])
      await expect(world.call(step, input), step).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('the SHELL marker replaces the manifest that was read, and no VOID marker that came meanwhile', async () => {
    await given('SHELL', 'SHELL');
    expect(await world.call('MarkShell', input)).toEqual({ decision: 'NOT_SEALED' });
    await put(KEY, SEALED);
    expect(await world.call('MarkShell', input)).toEqual({ decision: 'MARKED' });
    expect(await marker()).toEqual({ kind: 'SHELL', id: ID, sha256: 'm'.repeat(64) });
    expect(await world.call('MarkShell', input)).toEqual({ decision: 'NOT_SEALED' });
    await put(KEY, SEALED);
    let isPut = false;
    const call = world.hub.intercept(async (one, next) => {
      if (one.operation === 'PutObject' && !isPut) {
        isPut = true;
        await put(KEY, encodeVoid(ID));
      }
      return next(one);
    });
    expect(await world.call('MarkShell', input)).toEqual({ decision: 'NOT_SEALED' });
    call();
    expect(isPut).toBe(true);
    expect(await marker()).toMatchObject({ kind: 'VOID' });
  });

  it('files go by the frozen list alone, under a marker, and by no list that was changed', async () => {
    await given('SHELL', 'SHELL');
    for (const name of ['a', 'b', 'c']) await put(`${DATA}${name}`, 'x');
    await put(KEY, SEALED);
    await expect(world.call('CleanUnlistedFiles', input)).rejects.toMatchObject({ name: 'ImageConflict' });
    await put(KEY, encodeShell(ID, 'm'));
    await put(LIST, compressLines(['default/t/r/f/a', 'default/t/r/f/b']), WORK_BUCKET);
    await expect(world.call('CleanUnlistedFiles', input)).rejects.toMatchObject({ name: 'UnknownAnswer' });
    expect(await keys()).toHaveLength(4);
    await put(LIST, compressLines(['default/t/r/f/a', 'default/t/r/f/c']), WORK_BUCKET);
    expect(await world.call('CleanUnlistedFiles', input)).toEqual({ deleted: 2, isDone: true });
    expect(await keys()).toEqual([`${DATA}b`, KEY]);
    expect(await world.call('CleanUnlistedFiles', input)).toEqual({ deleted: 0, isDone: true });
  });
});
