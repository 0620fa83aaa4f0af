import { parseS3Uri } from '../core/s3-uri.ts';
import { configuredRoot } from '../lambdas/contracts/configured-root.ts';
import type { World } from './compose.ts';

/**
 * A root, source or target as a person types it (`s3a://`, a slash at the end), in the one spelling that the system
 * table knows.
 * @throws InvalidInput
 */
export const typedPlace = (text: string, field: 'root' | 'source' | 'target'): string => parseS3Uri(text, field).uri;

/**
 * A root to work on, refused as its state machine would refuse it.
 * @throws InvalidInput, RootNotConfigured: with the configured ones
 */
export const workingRoot = (world: World, text: string): string => configuredRoot(text, world.stack.Roots).uri;

/**
 * A root to look at: a configured one, or one that was configured once and that the system table still knows.
 * @throws InvalidInput, RootNotConfigured: with the configured ones
 */
export async function knownRoot(world: World, text: string): Promise<string> {
  const root = typedPlace(text, 'root');
  if (world.stack.Roots.includes(root)) return root;
  for await (const _ of world.table.listSessions(root)) return root;
  return workingRoot(world, text);
}
