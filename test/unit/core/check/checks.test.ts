import { describe, expect, it } from 'vitest';
import { completeIsWhole } from '../../../../core/check/i01-complete-is-whole.ts';
import { flagHasItsSnapshot } from '../../../../core/check/i03-flag-has-its-snapshot.ts';
import { rolledBackIsAsBefore } from '../../../../core/check/i04-rolled-back-is-as-before.ts';
import { historyAgrees } from '../../../../core/check/i06-history-agrees.ts';
import { deletionIsLast } from '../../../../core/check/i07-deletion-is-last.ts';
import { nothingForgotten } from '../../../../core/check/i12-nothing-forgotten.ts';
import type { RootFacts } from '../../../../core/check/root-facts.ts';
import type { Violation } from '../../../../core/check/violation.ts';

const ID = 'backup_1700000000000';
const KEY = `prod/images/${ID}/data/default/t/r/f/x`;
const pk = 'root#s3://backups/prod';

const object = (change: object = {}) => ({ key: KEY, size: 1, etag: 'e', storageClass: 'STANDARD', ...change });

/** A root with one COMPLETE image of one file, as far as the checks look at it. */
const sound = {
  root: 's3://backups/prod',
  control: { epoch: 1, version: 2, flag: undefined },
  items: [
    { pk, sk: 'control', epoch: 1 },
    { pk, sk: `image#${ID}`, state: 'COMPLETE' },
  ],
  images: [{ id: ID, state: 'COMPLETE', manifestSha256: 'm', holders: [] }],
  sessions: [{ id: ID, state: 'COMPLETE' }],
  cleanUp: [],
  manifests: new Map([[ID, { kind: 'IMAGE', sha256: 'm', manifest: { files: 1 } }]]),
  files: new Map([[ID, [{ path: 'default/t/r/f/x', holder: ID, size: 1, etag: 'e' }]]]),
  objects: new Map([[KEY, object()]]),
  everyKey: [KEY, 'prod/HOLDFAST', `prod/images/${ID}/manifest.json`],
  systemSnapshots: new Map([['system/a', { items: 0, sha256: 'd' }]]),
};
const facts = (change: object = {}) => ({ ...sound, ...change }) as unknown as RootFacts;
const flag = (sha256: string, key = 'system/a') => ({ sessionId: 'other', snapshot: { key, sha256, items: 0 } });
const held = (sha256: string, key?: string) => ({ control: { ...sound.control, flag: flag(sha256, key) } });

describe.each([
  ['I1', completeIsWhole],
  ['I3', flagHasItsSnapshot],
  ['I6', historyAgrees],
  ['I7', deletionIsLast],
  ['I12', nothingForgotten],
  ['I4', (now: RootFacts) => rolledBackIsAsBefore(facts(), now)],
] as const)('%s', (invariant, check: (facts: RootFacts) => Iterable<Violation>) => {
  it('says nothing of a sound root', () => {
    expect([...check(facts())]).toEqual([]);
  });

  const broken: Record<string, object[]> = {
    I1: [
      { manifests: new Map() },
      { manifests: new Map([[ID, { kind: 'VOID', id: ID }]]) },
      { images: [{ ...sound.images[0], manifestSha256: 'other' }] },
      { files: new Map() },
      { objects: new Map() },
      { objects: new Map([[KEY, object({ size: 2 })]]) },
      { objects: new Map([[KEY, object({ etag: 'other' })]]) },
      { objects: new Map([[KEY, object({ storageClass: 'GLACIER' })]]) },
      // Only S3 is seen: no record, and a sealed manifest over nothing.
      { images: [], objects: new Map() },
    ],
    I3: [
      held('other'),
      held('d', 'system/gone'),
      { ...held('d'), systemSnapshots: new Map([['system/a', { items: 1, sha256: 'd' }]]) },
    ],
    I7: [
      { images: [{ ...sound.images[0], holders: ['gone'] }] },
      {
        images: [
          sound.images[0],
          { ...sound.images[0], id: 'b', state: 'COMPLETE', holders: [] },
          { id: 'c', state: 'DELETING', holders: [] },
        ],
      },
      { images: [{ ...sound.images[0], state: 'SHELL' }] },
      {
        images: [
          { ...sound.images[0], holders: ['s'] },
          { id: 's', state: 'SHELL', holders: [] },
        ],
      },
      { manifests: new Map([[ID, { kind: 'SHELL', id: ID, sha256: 'm' }]]) },
      { cleanUp: [{ outcome: 'DELETED', sessionId: ID }] },
      { cleanUp: [{ outcome: 'SHELL', sessionId: ID }] },
    ],
    I6: [
      { sessions: [{ id: ID, state: 'FAILED' }] },
      { images: [] },
      { sessions: [...sound.sessions, { id: 'backup_1700000000001', state: 'RUNNING' }] },
    ],
    I12: [
      { images: [] },
      { images: [{ id: ID, state: 'CREATING' }] },
      { everyKey: [...sound.everyKey, 'prod/images/x'] },
      { everyKey: [...sound.everyKey, 'prod/stray'] },
      { images: [], cleanUp: [{ sessionId: ID, outcome: 'COMMITTED' }] },
    ],
    I4: [
      { items: sound.items.slice(0, 1) },
      { items: [...sound.items, { pk, sk: 'image#left' }] },
      { items: [sound.items[0], { ...sound.items[1], state: 'SHELL' }] },
      { control: { ...sound.control, epoch: 0 } },
      { control: { ...sound.control, version: 1 } },
      held('d'),
    ],
  };
  it.each(broken[invariant] ?? [])('names what is broken (%#)', (change) => {
    const found = [...check(facts(change))];
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map((one) => one.invariant))).toEqual(new Set([invariant]));
  });
});

describe('what may be', () => {
  it('I12: what a session under the flag, or an entry after a roll-back, stands for', () => {
    const none = { images: [] };
    expect([...nothingForgotten(facts({ ...none, cleanUp: [{ sessionId: ID, outcome: 'ROLLED_BACK' }] }))]).toEqual([]);
    const control = { ...sound.control, flag: { ...flag('d'), sessionId: ID } };
    expect([...nothingForgotten(facts({ ...none, control }))]).toEqual([]);
  });

  it('I3: the flag names a snapshot that is there', () => {
    expect([...flagHasItsSnapshot(facts(held('d')))]).toEqual([]);
  });
});
