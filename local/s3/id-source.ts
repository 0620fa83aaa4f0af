import { randomBytes } from 'node:crypto';

/** Where version ids, upload ids and names of blobs come from. Never answers one id twice, over restarts too. */
export interface IdSource {
  next(kind: 'version' | 'upload' | 'blob'): string;
}

export const randomIds: IdSource = { next: () => randomBytes(24).toString('base64url') };

/** Ids that are the same in every run: `version-000001`, … For state that lives no longer than this process. */
export function countingIds(): IdSource {
  let count = 0;
  return { next: (kind) => `${kind}-${String(++count).padStart(6, '0')}` };
}
