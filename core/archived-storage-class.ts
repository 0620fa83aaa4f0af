/** Classes whose bytes must be restored before they can be read; Glacier Instant Retrieval is read at once. */
const ARCHIVED: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export const isArchived = (storageClass: string): boolean => ARCHIVED.has(storageClass);
