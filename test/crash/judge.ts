import { rolledBackIsAsBefore } from '../../core/check/i04-rolled-back-is-as-before.ts';
import type { RootFacts } from '../../core/check/root-facts.ts';
import { dataKey } from '../../core/image-layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { rootFacts, violationsOf } from '../support/root-facts.ts';
import { ROOT, TARGET } from './source.ts';
import type { World } from './world.ts';

/** What a world is compared with: how it was, and what an image made in it has to hold. */
export interface Before {
  readonly facts: RootFacts;
  /** `backups`, as lines. */
  readonly backups: readonly string[];
  readonly work: readonly string[];
  /** ETag of every file of the source, by path below `data/` or `archive/data/`. */
  readonly source: ReadonlyMap<string, string>;
}

export async function before(world: World): Promise<Before> {
  const source = new Map<string, string>();
  for await (const { key, etag } of world.objects.list('hbase', 'root/data/'))
    source.set(key.slice('root/data/'.length), etag);
  return {
    facts: await rootFacts(world, ROOT),
    backups: await world.listing('backups'),
    work: await world.listing(world.stack.WorkBucket),
    source,
  };
}

const imagesOf = ({ images }: RootFacts) => images.filter(({ state }) => state === 'COMPLETE').map(({ id }) => id);

/** Images that became COMPLETE since. */
export function newImages(before: Before, facts: RootFacts): string[] {
  const known = new Set(imagesOf(before.facts));
  return imagesOf(facts).filter((id) => !known.has(id));
}

/**
 * Whatever happened: no flag, the invariants of core/check, what was COMPLETE is as it was, and what is new is whole
 * and holds what the source holds; of all else the root has nothing (I4).
 */
export async function judge(world: World, then: Before): Promise<{ violations: string[]; facts: RootFacts }> {
  const facts = await rootFacts(world, ROOT);
  const violations = violationsOf(facts);
  const added = newImages(then, facts);
  const isOfNew = (sk: string) => added.some((id) => sk === `image#${id}` || sk.startsWith(`image#${id}#`));
  const without = { ...facts, items: facts.items.filter(({ sk }) => !isOfNew(sk)) };
  for (const { invariant, what } of rolledBackIsAsBefore(then.facts, without)) violations.push(`${invariant}: ${what}`);
  for (const id of added) violations.push(...wrongWithImage(id, facts, then));
  const open = facts.sessions.filter(({ state }) => state === 'RUNNING');
  for (const { id } of open) violations.push(`I6: ${id} is still RUNNING`);
  return { violations, facts };
}

/** The model: an image that is made of the newest snapshot lists every file of the source, with its bytes. */
function* wrongWithImage(id: string, facts: RootFacts, { source }: Before): Iterable<string> {
  const root = parseS3Uri(facts.root, 'root');
  const expected = [...source].filter(([path]) => !path.includes('/.tabledesc/'));
  const listed = new Map(facts.files.get(id)?.map((file) => [file.path, file]));
  for (const [path, etag] of expected) {
    const file = listed.get(path);
    if (!file) yield `model: ${id} lacks ${path}`;
    else if (facts.objects.get(dataKey(root, file.holder, path))?.etag !== etag)
      yield `model: ${path} of ${id} differs`;
  }
  if (listed.size !== expected.length) yield `model: ${id} lists ${listed.size} files instead of ${expected.length}`;
}

/** After the clean-up: beside what was there, and new images, nothing lies anywhere. */
export async function leftOver(world: World, then: Before): Promise<string[]> {
  const facts = await rootFacts(world, ROOT);
  const added = newImages(then, facts).map((id) => `prod/images/${id}/`);
  const old = new Set(then.backups);
  const left = (await world.listing('backups')).filter(
    (line) => !old.has(line) && !added.some((prefix) => line.startsWith(prefix)),
  );
  const violations = left.map((line) => `I12: ${line} is left`);
  const now = new Set(await world.listing('backups'));
  for (const line of then.backups) if (!now.has(line)) violations.push(`I12: ${line} is gone`);
  // Requests, plans and results of restores and verifications have the name of their execution, and expire.
  const work = (await world.listing(world.stack.WorkBucket)).filter((line) => /\/backup_\d+\//.test(line));
  for (const line of work) violations.push(`I12: ${line} is left in the work bucket`);
  for (const line of await world.listing(world.stack.SystemBucket)) violations.push(`I12: ${line} is left`);
  return violations;
}

/** The paths that the newest COMPLETE image lists. */
export function newestPaths(facts: RootFacts): string[] {
  return (facts.files.get(imagesOf(facts).sort().at(-1) ?? '') ?? []).map(({ path }) => path);
}

/**
 * I11: what is visible in the target is whole, with the bytes of the source. With `isOver` no restore can live any
 * more, so that no hold and no pause of one may lie there either.
 */
export async function wrongWithTarget(
  world: World,
  { source }: Before,
  wanted: readonly string[],
  isOver: boolean,
): Promise<{ violations: string[]; visible: number }> {
  const { prefix } = parseS3Uri(TARGET, 'target');
  const objects = new Map<string, string>();
  for await (const { key, etag } of world.objects.list('hbase', `${prefix}/`))
    objects.set(key.slice(prefix.length + 1), etag);
  const violations: string[] = [];
  const visible = [...objects.keys()].filter((key) => /^\.hbase-snapshot\/[^.][^/]*\/\.snapshotinfo$/.test(key));
  for (const info of visible) {
    const folder = info.slice(0, -'.snapshotinfo'.length);
    if (!objects.has(`${folder}data.manifest`)) violations.push(`I11: ${folder} is visible without its data.manifest`);
  }
  const placed = new Map<string, string>();
  for (const [key, etag] of objects)
    if (key.startsWith('archive/data/')) placed.set(key.slice('archive/data/'.length), etag);
  for (const [path, etag] of placed)
    if (source.get(path) !== etag) violations.push(`I11: ${path} differs in the target`);
  if (visible.length > 0)
    for (const path of wanted) if (!placed.has(path)) violations.push(`I11: visible, and ${path} is missing`);
  for (const key of isOver ? objects.keys() : []) {
    const name = /^\.hbase-snapshot\/(?:\.tmp\/)?([^/]+)\//.exec(key)?.[1];
    const isVisible = objects.has(`.hbase-snapshot/${name}/.snapshotinfo`) && !key.includes('/.tmp/');
    if (name !== undefined && !isVisible) violations.push(`I12: ${key} is left in the target`);
  }
  return { violations, visible: visible.length };
}
