import type { ObjectUpload } from '../ports/object-store.ts';

/**
 * Ends an upload because of an error, which is what the caller gets to know.
 * @throws the error, whatever becomes of the upload
 */
export async function abandonUpload(upload: Pick<ObjectUpload, 'abort'>, error: unknown): Promise<never> {
  try {
    await upload.abort();
  } catch {
    // Harmless: whoever removes the work area of the session finds uploads that were not ended, and ends them.
  }
  throw error;
}
