/** One action of one Allow statement of one role's policy. */
export interface Grant {
  readonly roleArn: string;
  /** As the policy source names it. */
  readonly source: string;
  /** Place of the statement in its document. */
  readonly statement: number;
  readonly sid: string | undefined;
  /** As written in the policy; `!x` for a NotAction. */
  readonly action: string;
  /** As written in the policy; `!x` for a NotResource. */
  readonly resources: readonly string[];
}

export interface UsedGrant extends Grant {
  /** Requests that it allowed. */
  readonly count: number;
  /** Up to {@link maxResources} of the resources that it was used for. */
  readonly usedFor: readonly string[];
}

const maxResources = 1000;

const keyOf = (grant: Omit<Grant, 'sid' | 'resources'>) =>
  JSON.stringify([grant.roleArn, grant.source, grant.statement, grant.action]);

/** Remembers which grants ever allowed something. */
export class GrantUsage {
  readonly #used = new Map<string, { grant: Grant; count: number; resources: Set<string> }>();

  record(grant: Grant, resource: string): void {
    const key = keyOf(grant);
    const entry = this.#used.get(key) ?? { grant, count: 0, resources: new Set<string>() };
    entry.count++;
    if (entry.resources.size < maxResources) entry.resources.add(resource);
    this.#used.set(key, entry);
  }

  has(grant: Grant): boolean {
    return this.#used.has(keyOf(grant));
  }

  list(): UsedGrant[] {
    return [...this.#used.values()].map(({ grant, count, resources }) => ({
      ...grant,
      count,
      usedFor: [...resources],
    }));
  }
}
