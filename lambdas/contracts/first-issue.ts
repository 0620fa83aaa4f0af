import type { z } from 'zod';

/** Zod's first complaint as a sentence that names the field. */
export function firstIssue(error: z.ZodError): { field: string; message: string } {
  const issue = error.issues[0];
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
  return {
    field: keys ?? (issue?.path.join('.') || 'input'),
    message: keys ? 'is no field of this operation' : (issue?.message ?? ''),
  };
}
