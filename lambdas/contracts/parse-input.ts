import type { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { firstIssue } from './first-issue.ts';

/**
 * The input of an execution, checked field by field.
 * @throws InvalidInput naming the first bad field
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown, example: string): z.infer<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { field, message } = firstIssue(result.error);
  throw new InvalidInput(`${field}: ${message}`, `the input is like ${example}`, { field });
}
