import type { RequestContext } from './condition.ts';

/** One thing that a call needs to be allowed. */
export interface AccessRequest {
  /** `service:Action`. */
  readonly action: string;
  /** An ARN, or `*` where an action has no resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

export type Input = Readonly<Record<string, unknown>>;

/** Where calls are made, and what only the services know. */
export interface RequestPlace {
  readonly region: string;
  readonly accountId: string;
  /** Name of the partition key of a table or of one of its indexes: for `dynamodb:LeadingKeys`. */
  partitionKey?(tableName: string, indexName: string | undefined): string | undefined;
}

/** The members of a context that have a value. */
export function contextOf(members: Readonly<Record<string, unknown>>): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [
        key,
        Array.isArray(value) ? value.map(String) : value instanceof Date ? value.toISOString() : String(value),
      ]),
  );
}
