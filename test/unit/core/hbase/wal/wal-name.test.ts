import { describe, expect, test } from 'vitest';
import { parseWalPath, parseWalServer, type WalFile, walCandidates } from '../../../../../core/hbase/wal/wal-name.ts';

const SERVER = 'ip-10-0-0-1.ec2.internal,16020,1700000000000';
const ENCODED = 'ip-10-0-0-1.ec2.internal%2C16020%2C1700000000000';
const server = { host: 'ip-10-0-0-1.ec2.internal', port: 16020, startCode: 1700000000000, name: SERVER };

describe('logs of a server', () => {
  test.each([
    [`WALs/${SERVER}/${ENCODED}.1700000003000`, 'active', ''],
    [`WALs/${SERVER}-splitting/${ENCODED}.1700000003000`, 'splitting', ''],
    [`oldWALs/${ENCODED}.1700000003000`, 'archive', ''],
    [`oldWALs/${SERVER}/${ENCODED}.1700000003000`, 'archive', ''],
    [`WALs/${SERVER}/${ENCODED}.${ENCODED}.regiongroup-0.1700000003000`, 'active', 'regiongroup-0'],
    [`oldWALs/${ENCODED}.regiongroup-12.1700000003000`, 'archive', 'regiongroup-12'],
    [`WALs/${SERVER}/${ENCODED}-1700000000001-peer.1700000003000.syncrep`, 'active', '1700000000001-peer'],
  ] as const)('%s', (path, area, group) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    expect(parseWalPath(path)).toEqual({ kind: 'wal', name, area, server, group, createdMs: 1700000003000 });
  });

  test('may lie in four places, and each of them is read as the same log', () => {
    const file = parseWalPath(`oldWALs/${ENCODED}.1700000003000`) as WalFile;
    const places = walCandidates(file);
    expect(places).toEqual([
      `WALs/${SERVER}/${ENCODED}.1700000003000`,
      `WALs/${SERVER}-splitting/${ENCODED}.1700000003000`,
      `oldWALs/${ENCODED}.1700000003000`,
      `oldWALs/${SERVER}/${ENCODED}.1700000003000`,
    ]);
    for (const place of places) expect({ ...parseWalPath(place), area: 'archive' }).toEqual(file);
  });
});

test.each([
  [`WALs/${SERVER}/${ENCODED}.meta.1700000003000.meta`, 'meta-wal'],
  [`oldWALs/${ENCODED}.meta.1700000003000.meta`, 'meta-wal'],
  [`oldWALs/${ENCODED}.1700000003000$masterlocalwal$`, 'master-wal'],
  [`MasterData/WALs/${SERVER}/${ENCODED}.1700000003000`, 'master-wal'],
  ['MasterData/oldWALs/x', 'master-wal'],
  ['oldWALs/pv2-00000000000000000001.log', 'procedure-wal'],
  ['MasterProcWALs/pv2-00000000000000000001.log', 'procedure-wal'],
  ['WALs/', 'marker'],
  [`WALs/${SERVER}_$folder$`, 'marker'],
  ['data/default/t/43ae7364b4a555b93267937f9bc49ec1/f/x', 'other'],
  ['data/default/t/43ae7364b4a555b93267937f9bc49ec1/recovered.edits/0000000000000000042.temp', 'other'],
  ['hbase.id', 'other'],
])('%s is a %s', (path, kind) => {
  expect(parseWalPath(path)).toEqual({ kind });
});

test('recovered edits', () => {
  const path = 'data/default/t/43ae7364b4a555b93267937f9bc49ec1/recovered.edits/0000000000000000042';
  expect(parseWalPath(path)).toEqual({
    kind: 'recovered-edits',
    region: '43ae7364b4a555b93267937f9bc49ec1',
    sequenceId: 42,
  });
});

// What lies where logs lie and cannot be named must not be passed over in silence.
test.each([
  ['not the name of a log', 'oldWALs/core.12345'],
  ['not the name of a log', `oldWALs/${ENCODED}`],
  ['not the name of a log', 'oldWALs/..%2F..%2Fetc%2C16020%2C1.1700000003000'],
  ['not the name of a log', 'oldWALs/%ff%2C16020%2C1.1700000003000'],
  ['not the name of a log', 'oldWALs/h%2C99999%2C1.1700000003000'],
  ['not the name of a log group', `oldWALs/${ENCODED}.a b.1700000003000`],
  ['a log of h,1,2 in the directory of "other,1,2"', 'WALs/other,1,2/h%2C1%2C2.5'],
  ['a path with empty parts', 'WALs//h%2C1%2C2.5'],
  ['a path with empty parts', 'WALs/../h%2C1%2C2.5'],
  ['not in the directory of a server', 'WALs/h%2C1%2C2.5'],
  ['deeper than the archive is', 'oldWALs/a/b/c'],
  ['a name longer than HBase gives', `oldWALs/${'a'.repeat(2000)}`],
])('%s: %s', (reason, path) => {
  expect(parseWalPath(path)).toEqual({ kind: 'unknown', reason });
});

test('names of servers', () => {
  expect(parseWalServer(SERVER)).toEqual(server);
  for (const name of ['h,1', 'a/b,1,2', ',1,2', 'h,1,2,3', 'h,x,2', `${'h'.repeat(300)},1,2`]) {
    expect(() => parseWalServer(name)).toThrow(RangeError);
  }
});
