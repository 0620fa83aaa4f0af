import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTableInfoFile, writeTableInfoFile } from '../../core/hbase/table-schema.ts';
import { layOut } from '../support/as-of.ts';
import { CloudCheckpoint } from '../support/cloud-checkpoint.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT } from '../support/holdfast-cloud.ts';
import { laterSnapshot } from '../support/later-snapshot.ts';
import { LogChain, made } from '../support/log-chain.ts';
import { cellsAt, restoredCells } from '../support/restored-cells.ts';
import { rootFacts, violationsOf } from '../support/root-facts.ts';

/** Time only goes on: fixtures in the order in which they were made. */
let h: HoldfastCloud;
let empty: CloudCheckpoint;

beforeAll(async () => {
  h = await holdfastCloud();
  empty = await CloudCheckpoint.of(h);
});

const active = { includeActive: true };

/** What the images restore is what a reader of the source saw. */
async function expectRestored(name: FixtureName, images: readonly (readonly [string, { readonly id: string }])[]) {
  for (const [point, { id }] of images) {
    expect(await restoredCells(h, id), `${name} at ${point}`).toEqual(cellsAt(name, point));
  }
  expect(violationsOf(await rootFacts(h, ROOT))).toEqual([]);
}

describe('increments from the logs of a real HBase restore what a reader saw at that point', () => {
  beforeEach(() => empty.rewind());

  it('bulk loads between two rolls: in data/, in archive/ alone, and gone', async () => {
    const chain = new LogChain(h, 'bulk');
    const t0 = await chain.full();
    await layOut(h, 'bulk', 'T1');
    const inData = await chain.pathOf('/7e9ca86140f742bcb99865b66c19fcc2_SeqId_30_');
    expect(inData).toMatch(/^archive\//);
    await chain.move(inData, inData.slice('archive/'.length));
    const gone = await chain.pathOf('/81632f91d06b491fb71665e8cfdabe63_SeqId_30_');
    const bytes = await chain.bytesOf(gone);
    await chain.remove(gone);
    const refused = await chain.increment();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'SourceFileMissing' });
    expect(refused.cause).toContain(gone.slice('archive/data/'.length));
    expect(await chain.images()).toEqual([t0.id]);

    await chain.put(gone, bytes);
    const t1 = made(await chain.increment());
    const t2 = await chain.incrementAt('T2');
    await expectRestored('bulk', [
      ['T0', t0],
      ['T1', t1],
      ['T2', t2],
    ]);
  });

  it('a full that fails takes nothing from the chain: bulk loads of its time are in the next increment', async () => {
    const chain = new LogChain(h, 'bulk');
    const t0 = await chain.full();
    await layOut(h, 'bulk', 'T1');
    let denied = 0;
    const disarm = h.cloud.intercept(async (call, next) => {
      if (call.operation !== 'CopyObject') return next(call);
      denied++;
      throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    });
    const failed = await h.run('FullBackupStateMachine', {
      root: ROOT,
      source: 's3://hbase/root',
      tables: chain.tables,
      standalone: true,
    });
    disarm();
    expect(denied).toBeGreaterThan(0);
    expect(failed).toMatchObject({ status: 'FAILED' });
    const t1 = made(await chain.increment());
    expect(t1.parents).toEqual([t0.id]);
    await expectRestored('bulk', [['T1', t1]]);
  });

  it('tags, MOB, values of megabytes', async () => {
    const chain = new LogChain(h, 'tags-mob');
    await chain.full();
    await expectRestored('tags-mob', [['T1', await chain.incrementAt('T1', active)]]);
  });

  it('compressed logs', async () => {
    const chain = new LogChain(h, 'walcomp');
    await chain.full();
    await expectRestored('walcomp', [['T1', await chain.incrementAt('T1', active)]]);
  });

  it('a chain over the death of a server; its positions; nothing twice', async () => {
    const chain = new LogChain(h, 'chain');
    const [killed, other] = ['localhost,38611,1795452680519', 'localhost,39149,1795452680664'];
    const t0 = await chain.full();
    const t1 = await chain.incrementAt('T1');
    expect(t1).toMatchObject({ type: 'INCREMENTAL', parents: [t0.id], positionTo: 1795452694828 });
    expect(await chain.positionsOf(t1.id)).toMatchObject(
      chain.tables.map((table) => ({
        ...{ table, kind: 'WALS', position: 1795452694828 },
        wals: [
          { server: killed, group: '', from: 1795452694828, isEnded: false },
          { server: other, group: '', from: 1795452692088, isEnded: false },
        ],
      })),
    );
    const before = [await h.listing('backups'), await h.listing(h.stack.WorkBucket), await rootFacts(h, ROOT)];
    const again = await chain.increment();
    expect(again).toMatchObject({ status: 'FAILED', error: 'NothingToBackUp' });
    expect(again.cause).toContain('wal_roll');
    expect([await h.listing('backups'), await h.listing(h.stack.WorkBucket), await rootFacts(h, ROOT)]).toEqual(before);

    const t2 = await chain.incrementAt('T2');
    const [first] = await chain.positionsOf(t2.id);
    const wals = first?.wals;
    expect(wals).toMatchObject([
      { server: killed, isEnded: true },
      { server: other, from: 1795452700375, isEnded: false },
    ]);
    const end = await chain.incrementAt('end', active);
    expect(end.parents).toEqual([t2.id]);
    await expectRestored('chain', [
      ['T0', t0],
      ['T1', t1],
      ['T2', t2],
      ['end', end],
    ]);
  });

  it('until a time, though the logs go on: what comes behind it is in the next one', async () => {
    const chain = new LogChain(h, 'chain');
    const t0 = await chain.full();
    await layOut(h, 'chain', 'T2');
    const later = new Date(h.clock.now() + 60_000).toISOString();
    for (const [until, error, said] of [
      [later, 'InvalidInput', 'is still to come'],
      [t0.positionTo, 'NothingToBackUp', 'is not before until'],
      ['2026-11-23T14:00:00', 'InvalidInput', 'has no zone'],
    ] as const) {
      const refused = await chain.increment({ until });
      expect(refused).toMatchObject({ status: 'FAILED', error });
      expect(refused.cause).toContain(said);
    }
    const t1 = made(await chain.increment({ until: new Date(1795452694828).toISOString() }));
    expect(t1).toMatchObject({ parents: [t0.id], positionTo: 1795452694828 });
    const t2 = made(await chain.increment());
    expect(t2).toMatchObject({ parents: [t1.id] });
    await expectRestored('chain', [
      ['T1', t1],
      ['T2', t2],
    ]);
  });
});

describe('what a listing and names show', () => {
  const KILLED = 'localhost,38611,1795452680519';
  let chain: LogChain;
  let atT1: CloudCheckpoint;
  let full: string;

  beforeAll(async () => {
    await empty.rewind();
    chain = new LogChain(h, 'chain');
    full = (await chain.full()).id;
    await layOut(h, 'chain', 'T1');
    atT1 = await CloudCheckpoint.of(h);
  });
  beforeEach(async () => {
    await atT1.rewind();
    // What is changed now has another time than what was put back.
    await h.clock.sleep(1_000);
  });

  const logs = async () => {
    const paths: string[] = [];
    for (const directory of ['WALs/', 'oldWALs/']) {
      for await (const { key } of h.objects.list('hbase', `root/${directory}`)) paths.push(key.slice('root/'.length));
    }
    return paths;
  };
  /** Changes the table's descriptor, as an operator's `alter` does. */
  async function alter(change: (schema: ReturnType<typeof readTableInfoFile>) => ReturnType<typeof readTableInfoFile>) {
    const keys = await Array.fromAsync(h.objects.list('hbase', 'root/data/bank/accounts/.tabledesc/'));
    for (const { key } of keys) {
      const path = key.slice('root/'.length);
      await chain.put(path, writeTableInfoFile(change(readTableInfoFile(await chain.bytesOf(path)))));
    }
    expect(keys).not.toEqual([]);
  }

  it.each<[string, () => Promise<unknown>, string, string | RegExp]>([
    [
      'no log directory',
      async () => Promise.all((await logs()).map((path) => chain.remove(path))),
      'LogDirectoryNotFound',
      's3://hbase/root',
    ],
    [
      'a log that is needed and gone',
      async () => chain.remove(await chain.pathOf('38611%2C1795452680519.1795452683039')),
      'LogGap',
      /38611.*1795452683039 is gone.*--or-full/s,
    ],
    [
      'a server that joined, whose first log is gone',
      () => chain.put('oldWALs/localhost%2C40000%2C1795452693000.1795453693000', ''),
      'LogGap',
      '40000',
    ],
    [
      'something else between the logs',
      () => chain.put(`WALs/${KILLED}/strange`, 'x'),
      'LogUnreadable',
      `WALs/${KILLED}/strange`,
    ],
    [
      'two logs of one name',
      () => chain.put('oldWALs/localhost%2C38611%2C1795452680519.1795452691960', 'x'),
      'LogUnreadable',
      '1795452691960',
    ],
    [
      'a family that was added since',
      () => alter((table) => ({ ...table, families: [...table.families, { ...table.families[0]!, name: 'new' }] })),
      'ChainBroken',
      'family new was added',
    ],
    [
      'a table whose edits are in no log',
      () =>
        alter((table) => ({
          ...table,
          attributes: new Map([...table.attributes, ['DURABILITY', Buffer.from('SKIP_WAL')]]),
        })),
      'TableRefused',
      'SKIP_WAL',
    ],
  ])('%s: refused before anything begins', async (_what, tamper, error, said) => {
    await tamper();
    const before = await rootFacts(h, ROOT);
    const refused = await chain.increment();
    expect(refused).toMatchObject({ status: 'FAILED', error });
    expect(refused.cause).toMatch(said);
    expect(await rootFacts(h, ROOT)).toEqual(before);
    expect(await h.listing(h.stack.WorkBucket)).toEqual([]);
  });

  it('a table that nothing can be made of from logs is taken full in the same session, if so asked', async () => {
    await chain.remove(await chain.pathOf('38611%2C1795452680519.1795452683039'));
    for (const name of ['accounts', 'events']) {
      for (const [path, bytes] of laterSnapshot(fixture('chain'), `${name}-T0`, `${name}-T1`, 1).objects) {
        await chain.put(path, bytes);
      }
    }
    const taken = made(await chain.increment({ orFull: true }));
    expect(taken).toMatchObject({ type: 'FULL', parents: [] });
    expect((await chain.positionsOf(taken.id)).map(({ kind }) => kind)).toEqual(['SNAPSHOT', 'SNAPSHOT']);
  });

  it('empty logs, logs of other tables alone, and a server that joined: all of it is taken', async () => {
    // Of a server that came and went: a log in which its writer never began, and one of another table.
    const joined = 'localhost%2C33619%2C1795452620042';
    const [strange] = [...fixture('bulk')].filter(([path]) => path.endsWith(`${joined}.1795452632398`));
    await chain.put(`oldWALs/${joined}.1795452632398`, strange![1]);
    await chain.put(`oldWALs/${joined}.1795452632399`, '');
    const taken = made(await chain.increment());
    expect(taken.parents).toEqual([full]);
    const [first] = await chain.positionsOf(taken.id);
    const wals = first?.wals;
    expect(wals).toHaveLength(3);
    expect(await restoredCells(h, taken.id)).toEqual(cellsAt('chain', 'T1'));
  });

  it('a full that was taken where no logs are: no increment from logs rests on it', async () => {
    // Last of these: nothing is left of the full that the others rest on.
    await empty.rewind();
    await layOut(h, 'chain', 'T0');
    for (const path of await logs()) await chain.remove(path);
    const blind = made(await h.run('FullBackupStateMachine', { root: ROOT, source: 's3://hbase/root', all: true }));
    const { wals, walsNote } = (await chain.positionsOf(blind.id))[0]!;
    expect(wals).toBeNull();
    await layOut(h, 'chain', 'T1');
    const refused = await chain.increment();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'NoLogPosition' });
    expect(refused.cause).toContain(walsNote);
  });
});
