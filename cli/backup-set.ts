import { SetNotFound } from '../core/errors/input-errors.ts';
import type { BackupSet } from '../core/items.ts';
import { nameSome } from '../core/name-some.ts';
import type { World } from './compose.ts';

/** @throws SetNotFound with the sets that there are */
export async function requireSet(world: Pick<World, 'sets'>, root: string, name: string): Promise<BackupSet> {
  const set = await world.sets.get(root, name);
  if (set !== undefined) return set;
  const names = (await Array.fromAsync(world.sets.list(root))).map((one) => one.name);
  throw new SetNotFound(
    `${root} has no set ${name}; it has ${names.length > 0 ? nameSome(names) : 'none'}`,
    `holdfast set list -p ${root}`,
    { root, name },
  );
}
