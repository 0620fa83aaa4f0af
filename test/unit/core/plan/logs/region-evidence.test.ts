import { describe, expect, it } from 'vitest';
import { ChainBroken } from '../../../../../core/errors/log-errors.ts';
import { type KnownRegion, RegionEvidence, type SeenEvent } from '../../../../../core/plan/logs/region-evidence.ts';

const R = '1'.repeat(32);
const D = '2'.repeat(32);
const E = '3'.repeat(32);
const file = (n: number) => String(n).padStart(32, 'f');
const stores = (...files: string[]) => (files.length > 0 ? [{ family: 'd', files }] : []);
const known = (region: string, startKey: string, ...files: string[]): KnownRegion => ({
  region,
  startKey,
  files: { d: files },
});

let clock = 0;
const seen = (sequenceId: number, event: SeenEvent['event'], writeTimeMs = ++clock + 100): SeenEvent => ({
  event,
  sequenceId,
  writeTimeMs,
});
const flush = (region: string, seq: number, name: string) =>
  seen(seq, { kind: 'flush', action: 'commit', region, sequenceId: seq, stores: stores(name) });
const compaction = (region: string, seq: number, inputs: string[], outputs: string[]) =>
  seen(seq, { kind: 'compaction', region, family: 'd', inputs, outputs });
const open = (region: string, seq: number, files: string[], startKey = '', at?: number) =>
  seen(seq, { kind: 'region-open', region, sequenceId: seq, server: 'a,1,1', startKey, stores: stores(...files) }, at);
const close = (region: string, seq: number) =>
  seen(seq, { kind: 'region-close', region, sequenceId: seq, server: 'a,1,1', startKey: '', stores: [] });

function explain(
  base: KnownRegion[],
  events: SeenEvent[],
  greatest: Record<string, number> = {},
  boundary = 1_000_000,
) {
  const evidence = new RegionEvidence('t', base, new Map(Object.entries(greatest)));
  evidence.explain(events, { from: 100, boundary });
  return evidence;
}
const broken = (...args: Parameters<typeof explain>) => expect(() => explain(...args)).toThrow(ChainBroken);

describe('a region that was closed and opened', () => {
  it('is explained by flushes, compactions and bulk loads, in whichever log they stand', () => {
    const bulk = `${'a'.repeat(32)}_SeqId_9_`;
    const events = [
      close(R, 20),
      open(R, 21, [file(3), bulk]),
      flush(R, 5, file(2)),
      compaction(R, 8, [file(1), file(2)], [file(3)]),
      seen(9, {
        kind: 'bulk-load',
        table: { namespace: 'default', qualifier: 't' },
        region: R,
        sequenceId: 9,
        stores: stores(bulk),
      }),
    ];
    const evidence = explain([known(R, '', file(1))], events);
    expect([...evidence.known()]).toEqual([known(R, '', bulk, file(3))]);
    expect(evidence.replayedFiles).toBe(0);
  });

  it('with a file that nothing made was restored or tampered with', () => {
    broken([known(R, '', file(1))], [close(R, 20), open(R, 21, [file(1), file(9)])]);
    broken([known(R, '', file(1))], [close(R, 20), open(R, 21, [`other=${R}-${file(1)}`])]);
    // A flush that was not committed made no file.
    const started = seen(5, { kind: 'flush', action: 'start', region: R, sequenceId: 5, stores: stores(file(2)) });
    broken([known(R, '', file(1))], [started, close(R, 20), open(R, 21, [file(2)])]);
  });

  it('without a file that it had, and that nothing compacted, is as a snapshot was that was restored', () => {
    const flushed = [flush(R, 5, file(2)), close(R, 20)];
    broken([known(R, '', file(1))], [...flushed, open(R, 21, [file(1)])]);
    broken([known(R, '', file(1))], [...flushed, open(R, 21, [])]);
    const compacted = [...flushed, compaction(R, 8, [file(1), file(2)], [file(3)])];
    broken([known(R, '', file(1))], [...compacted, open(R, 21, [file(1), file(2)])]);
    expect(() => explain([known(R, '', file(1))], [...compacted, open(R, 21, [file(3)])])).not.toThrow();
    // The snapshot of the parent listed what was flushed after its creation, when the region was open again already.
    const listed = known(R, '', file(1), file(2));
    expect(() => explain([listed], [close(R, 3), open(R, 4, [file(1)]), flush(R, 5, file(2))])).not.toThrow();
  });

  it('after its server died may have what its recovery flushed, but no link', () => {
    const evidence = explain([known(R, '', file(1))], [open(R, 30, [file(1), file(7)])]);
    expect(evidence.replayedFiles).toBe(1);
    expect([...evidence.known()]).toEqual([known(R, '', file(1), file(7))]);
    broken([known(R, '', file(1))], [open(R, 30, [`other=${R}-${file(1)}`])]);
  });

  it('and compacted a file that nothing made, has edits in a log that is gone', () => {
    broken([known(R, '', file(1))], [compaction(R, 8, [file(1), file(2)], [file(3)])]);
    expect(() =>
      explain([known(R, '', file(1))], [flush(R, 5, file(2)), compaction(R, 8, [file(1), file(2)], [file(3)])]),
    ).not.toThrow();
  });

  it('may have compacted files between the creation of the snapshot and its listing', () => {
    const events = [compaction(R, 8, [file(1)], [file(2)]), compaction(R, 9, [file(2), file(3)], [file(4)])];
    expect(() => explain([known(R, '', file(4))], events)).not.toThrow();
    broken([known(R, '', file(5))], events);
  });

  it('before the parent or after the boundary is not looked at', () => {
    const strange = (at: number) => [close(R, 1), open(R, 30, [file(9)], '', at)];
    expect(() => explain([known(R, '')], strange(100))).not.toThrow();
    expect(() => explain([known(R, '')], strange(5_001), {}, 5_000)).not.toThrow();
    broken([known(R, '')], strange(4_999), {}, 5_000);
  });
});

describe('a region that is new', () => {
  const parent = known(R, '', file(1));

  it('comes from the known one whose files it references, with a greater sequence id', () => {
    const events = [
      flush(R, 40, file(2)),
      close(R, 50),
      open(D, 51, [`${file(1)}.${R}`, `${file(2)}.${R}`], ''),
      open(E, 51, [`t=${R}-${file(1)}`], '6d'),
      compaction(D, 55, [`${file(1)}.${R}`, `${file(2)}.${R}`], [file(4)]),
    ];
    const evidence = explain([parent], events, { [R]: 50, [D]: 55, [E]: 51 });
    expect([...evidence.known()].map(({ region, files }) => [region, files.d])).toEqual([
      [R, [file(1), file(2)]],
      [D, [file(4)]],
      [E, [`t=${R}-${file(1)}`]],
    ]);
  });

  it('may be empty, and may be split again', () => {
    const events = [
      close(R, 50),
      open(D, 51, [], ''),
      open(E, 51, [], '6d'),
      close(E, 60),
      open('4'.repeat(32), 61, [], '70'),
    ];
    expect(() => explain([parent], events, { [R]: 50, [D]: 51, [E]: 60 })).not.toThrow();
  });

  it('comes from two known ones that were merged, also where one of them had moved', () => {
    const right = known(E, '6d', file(3));
    const links = [`t=${R}-${file(1)}`, `t=${E}-${file(3)}`];
    const events = [close(R, 50), close(E, 70), open(D, 71, links, '')];
    const evidence = explain([parent, right], events, { [R]: 50, [E]: 70, [D]: 71 });
    expect([...evidence.known()].find(({ region }) => region === D)?.files.d).toEqual(links);
    broken([parent, right], [close(R, 50), close(E, 70), open(D, 71, [`t=${R}-${file(9)}`], '')], { [R]: 50, [E]: 70 });
    // Of another table: nothing of this one's logs says what is in it.
    broken([parent, right], [close(R, 50), close(E, 70), open(D, 71, [`u=${R}-${file(1)}`], '')], { [R]: 50, [E]: 70 });
  });

  it('that starts over is of a table that was truncated or made again', () => {
    broken([parent], [close(R, 50), open(D, 2, [], '')], { [R]: 50 });
    broken([parent], [open(D, 2, [], '')]);
    // Also where its parent was split since.
    const events = [close(R, 50), open(D, 51, [], ''), open(E, 51, [], '6d'), open('4'.repeat(32), 2, [], '70')];
    broken([parent], events, { [R]: 50, [D]: 51, [E]: 60 });
  });

  it('with a file of nobody, or without an opening, is refused', () => {
    broken([parent], [close(R, 50), open(D, 51, [file(8)], '')], { [R]: 50 });
    broken([parent], [flush(D, 51, file(8))], { [R]: 50 });
  });
});
