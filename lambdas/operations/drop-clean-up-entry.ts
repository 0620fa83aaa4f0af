import type { CleanUpList } from '../ports/clean-up-list.ts';

/** {@link dropCleanUpEntryContract} */
export const dropCleanUpEntry =
  (ports: { cleanUp: Pick<CleanUpList, 'drop'> }) =>
  async (input: { root: string; entryId: string }): Promise<Record<string, never>> => {
    await ports.cleanUp.drop(input.root, input.entryId);
    return {};
  };
