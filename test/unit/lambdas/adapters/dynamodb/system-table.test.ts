import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type {
  CleanUpEntry,
  Flag,
  ImageRecord,
  ImageTableRecord,
  Item,
  SessionRecord,
} from '../../../../../core/items.ts';
import { dynamoDbSystemTable } from '../../../../../lambdas/adapters/dynamodb/system-table.ts';
import type { Held, SystemTable } from '../../../../../lambdas/ports/system-table.ts';
import { TABLE_NAME, World } from '../../../../support/world.ts';

const ROOT = 's3://backups/prod';
const ID = 'backup_1700000000000';
const NEXT_ID = 'backup_1700000000001';

const image = (state: ImageRecord['state'], id = ID) => ({ id, state, tables: 1 }) as ImageRecord;
const cleanUp = (outcome: CleanUpEntry['outcome'], sessionId = ID): CleanUpEntry => ({
  ...{ entryId: `${sessionId}-${outcome}`, root: ROOT, sessionId, outcome, createdAt: 1, notBefore: 2 },
});
const reason = { name: 'Broken', message: 'broken on purpose', hint: 'run it again' };

/** The control item decides who may write: the rules of docs/design.md that its conditions keep. */
describe('the system table', () => {
  let world: World;
  let table: SystemTable;

  beforeEach(async () => {
    world = await World.create({ roots: [ROOT] });
    table = dynamoDbSystemTable(world.clients, TABLE_NAME);
  });

  /** Begins with what was read before, as a session does. */
  function begin(before: { version: number; epoch: number }, id = ID, snapshot = `system/${id}`) {
    const executionArn = `arn:${id}:${snapshot}`;
    const flag: Flag = {
      ...{ activeSnapshot: snapshot, snapshot: { key: snapshot, items: 0, sha256: '' }, phase: 'WORK' },
      ...{ runId: executionArn, sessionId: id, operation: 'full-backup', executionArn, startedAt: 1 },
    };
    const session: SessionRecord = {
      ...{ id, root: ROOT, operation: 'full-backup', state: 'RUNNING', epoch: before.epoch + 1 },
      ...{ executionArn, startedAt: 1, tables: [] },
    };
    return table.begin({ root: ROOT, ...before, flag, session, intents: [] });
  }
  async function held(): Promise<Held> {
    const { epoch, flag } = await table.readControl(ROOT);
    return { root: ROOT, activeSnapshot: flag?.activeSnapshot ?? '', epoch };
  }
  const commit = (by: Held, id = ID) => {
    const session = { id, root: ROOT, state: 'COMPLETE' } as SessionRecord;
    return table.commit({ ...by, image: image('COMPLETE', id), session, cleanUp: cleanUp('COMMITTED', id) });
  };
  const endRollBack = (by: Held, runId: string) =>
    table.endRollBack({ ...by, runId, sessionId: ID, endedAt: 3, reason, cleanUp: cleanUp('ROLLED_BACK') });
  async function items(): Promise<Item[]> {
    const all: Item[] = [];
    for await (const item of table.listItems(ROOT)) all.push(item);
    return all;
  }

  /** Every write that carries the fence. */
  const WRITES: Readonly<Record<string, (by: Held) => Promise<{ decision: string }>>> = {
    writeImage: (by) => table.writeImage(by, image('CREATING'), [{ id: ID, table: 't' } as ImageTableRecord]),
    commit: (by) => commit(by),
    restoreItems: (by) => table.restoreItems(by, [{ pk: `root#${ROOT}`, sk: 'image#x' }], []),
    takeOver: (by) => table.takeOver(by, 'another repair'),
    endRollBack: (by) => endRollBack(by, 'arn:late'),
  };

  it.each(Object.keys(WRITES))(
    'takeOver, fenceWrites, fenceRestore: after a take-over %s of who held it before is refused',
    async (name) => {
      await begin({ version: 0, epoch: 0 });
      const before = await held();
      expect(await table.takeOver(before, 'repair')).toEqual({ decision: 'APPLIED' });
      const now = await items();
      const late = await WRITES[name]!(before);
      expect(late).toMatchObject({ decision: 'REFUSED', control: { epoch: 2, flag: { phase: 'ROLLING_BACK' } } });
      expect(await items()).toEqual(now);
    },
  );

  it.each(Object.keys(WRITES))(
    '%s of a session that was rolled back is refused while the next one holds',
    async (name) => {
      await begin({ version: 0, epoch: 0 });
      const before = await held();
      await table.takeOver(before, 'repair');
      const repair = await held();
      expect(await endRollBack(repair, 'repair')).toEqual({ decision: 'APPLIED' });
      expect(await begin({ version: 2, epoch: 2 }, NEXT_ID)).toEqual({ decision: 'APPLIED' });
      const now = await items();
      for (const late of [before, repair]) {
        expect(await WRITES[name]!(late)).toMatchObject({
          decision: 'REFUSED',
          control: { flag: { sessionId: NEXT_ID } },
        });
      }
      expect(await items()).toEqual(now);
      expect(await table.getSession(ROOT, ID)).toMatchObject({ state: 'FAILED', reason, rolledBackBy: 'repair' });
    },
  );

  it('a number that nobody could read again is not written; beside one, a roll-back still reads the state', async () => {
    await begin({ version: 0, epoch: 0 });
    const now = await items();
    for (const positionTo of [2 ** 53, 1.5, Number.NaN]) {
      const record = { ...image('CREATING'), positionTo };
      await expect(table.writeImage(await held(), record, [])).rejects.toMatchObject({ name: 'UnknownAnswer' });
    }
    expect(await items()).toEqual(now);
    const Item = {
      pk: { S: `root#${ROOT}` },
      sk: { S: `image#${ID}` },
      state: { S: 'CREATING' },
      bytes: { N: '1e30' },
    };
    await world.clients.dynamodb.send(new PutItemCommand({ TableName: TABLE_NAME, Item }));
    await expect(table.getImage(ROOT, ID)).rejects.toMatchObject({ name: 'UnknownAnswer' });
    expect(await table.getImageState(ROOT, ID)).toBe('CREATING');
    expect(await table.getImageState(ROOT, NEXT_ID)).toBeUndefined();
  });

  it('the same write by its holder is applied, and a begin or take-over that is sent twice counts once', async () => {
    for (const _ of [1, 2]) expect(await begin({ version: 0, epoch: 0 })).toEqual({ decision: 'APPLIED' });
    const session = await held();
    expect(await WRITES.writeImage!(session)).toEqual({ decision: 'APPLIED' });
    for (const _ of [1, 2]) expect(await table.takeOver(session, 'repair')).toEqual({ decision: 'APPLIED' });
    expect(await table.readControl(ROOT)).toMatchObject({ epoch: 2, version: 1, flag: { runId: 'repair' } });
    expect(await WRITES.restoreItems!(await held())).toEqual({ decision: 'APPLIED' });
  });

  it('bumpVersion: a snapshot that was taken before another session came and went begins nothing', async () => {
    const read = await table.readControl(ROOT);
    await begin({ version: 0, epoch: 0 });
    await commit(await held());
    // The flag is gone again, the items are others than those that the late one has read.
    expect(await begin(read, NEXT_ID)).toMatchObject({ decision: 'REFUSED', control: { version: 2, flag: undefined } });
    const again = await table.readControl(ROOT);
    await begin(again, NEXT_ID);
    await table.takeOver(await held(), 'repair');
    expect(await table.readControl(ROOT)).toMatchObject({ version: 3, epoch: 3 });
    expect(await begin(again, 'backup_1700000000002')).toMatchObject({ decision: 'REFUSED' });
  });

  it('bumpVersion: nor does one that was taken before a session came and was rolled back', async () => {
    await begin({ version: 0, epoch: 0 });
    await commit(await held());
    const read = await table.readControl(ROOT);
    await begin(read, NEXT_ID);
    await table.takeOver(await held(), 'repair');
    await endRollBack(await held(), 'repair');
    expect(await begin(read, 'backup_1700000000002')).toMatchObject({
      decision: 'REFUSED',
      control: { flag: undefined },
    });
  });

  it('uniquePrefixes: an id that the history has is never begun again', async () => {
    await begin({ version: 0, epoch: 0 });
    await table.takeOver(await held(), 'repair');
    await endRollBack(await held(), 'repair');
    const { version, epoch } = await table.readControl(ROOT);
    expect(await begin({ version, epoch }, ID, 'system/other')).toMatchObject({ decision: 'REFUSED' });
    expect((await table.readControl(ROOT)).flag).toBeUndefined();
    expect(await table.getSession(ROOT, ID)).toMatchObject({ state: 'FAILED' });
  });
});
