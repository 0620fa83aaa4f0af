import { parseArn } from '../account.ts';
import { matchesWildcard } from '../iam/wildcard.ts';
import { ServiceError } from '../service.ts';
import type { FunctionConfig } from './function-config.ts';

/** What happens to asynchronous invocations (AWS::Lambda::EventInvokeConfig). */
export interface AsyncPolicy {
  readonly maxAttempts: number;
  readonly maxAgeSeconds: number;
  /** ARN of a queue, topic or function that is told of the last failure. */
  readonly onFailure?: string;
  readonly onSuccess?: string;
}

export const DEFAULT_ASYNC_POLICY: AsyncPolicy = { maxAttempts: 3, maxAgeSeconds: 21_600 };

/** A statement of a function's resource policy (AWS::Lambda::Permission). */
export interface FunctionPermission {
  readonly principal: string;
  readonly action: string;
  readonly sourceArn?: string | undefined;
}

interface Entry {
  latest: FunctionConfig;
  /** By the logical id of the AWS::Lambda::Version, which CDK changes with code and configuration. */
  readonly published: Map<string, FunctionConfig>;
  readonly aliases: Map<string, string>;
  readonly asyncPolicies: Map<string, AsyncPolicy>;
  readonly permissions: Map<string, FunctionPermission>;
}

/** What survives a restart: versions that running state machines name. */
export interface PublishedVersion {
  readonly logicalId: string;
  readonly config: FunctionConfig;
}

/** The functions with their versions, aliases and permissions. */
export class FunctionStore {
  readonly #entries = new Map<string, Entry>();

  put(config: FunctionConfig): void {
    const entry = this.#entries.get(config.name);
    if (entry) entry.latest = config;
    else this.#entries.set(config.name, this.#newEntry(config));
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  /** The same logical id is the same version for ever, also across restarts. */
  publish(name: string, logicalId: string): FunctionConfig {
    const entry = this.#entry(name);
    const known = entry.published.get(logicalId);
    if (known) return known;
    const config = { ...entry.latest, version: String(this.#highest(entry) + 1) };
    entry.published.set(logicalId, config);
    return config;
  }

  /** Versions of an earlier process; to be given back before the first {@link publish}. */
  restore(versions: Iterable<PublishedVersion>): void {
    for (const { logicalId, config } of versions) {
      if (!this.#entries.has(config.name))
        this.#entries.set(config.name, this.#newEntry({ ...config, version: '$LATEST' }));
      this.#entry(config.name).published.set(logicalId, config);
    }
  }

  *publishedVersions(): Iterable<PublishedVersion> {
    for (const { published } of this.#entries.values()) {
      for (const [logicalId, config] of published) yield { logicalId, config };
    }
  }

  setAlias(name: string, alias: string, version: string): void {
    this.#entry(name).aliases.set(alias, version);
  }

  setAsyncPolicy(name: string, qualifier: string, policy: AsyncPolicy): void {
    this.#entry(name).asyncPolicies.set(qualifier, policy);
  }

  asyncPolicy(name: string, qualifier: string): AsyncPolicy {
    return this.#entry(name).asyncPolicies.get(qualifier) ?? DEFAULT_ASYNC_POLICY;
  }

  permit(name: string, id: string, permission: FunctionPermission): void {
    this.#entry(name).permissions.set(id, permission);
  }

  revoke(id: string): void {
    for (const { permissions } of this.#entries.values()) permissions.delete(id);
  }

  /** May this AWS service, on behalf of `sourceArn`, invoke the function? */
  isPermitted(name: string, principal: string, sourceArn: string): boolean {
    return [...this.#entry(name).permissions.values()].some(
      (p) =>
        p.principal === principal &&
        /^(lambda:InvokeFunction|lambda:\*|\*)$/.test(p.action) &&
        (p.sourceArn === undefined || matchesWildcard(p.sourceArn, sourceArn)),
    );
  }

  /** `$LATEST` of every function. */
  list(): FunctionConfig[] {
    return [...this.#entries.values()].map((entry) => entry.latest);
  }

  versions(name: string): FunctionConfig[] {
    const entry = this.#entry(name);
    return [entry.latest, ...entry.published.values()];
  }

  aliases(name: string): ReadonlyMap<string, string> {
    return this.#entry(name).aliases;
  }

  /** `reference`: name, partial or whole ARN, each with or without a version or alias. @throws ServiceError */
  resolve(reference: string, qualifier?: string): { config: FunctionConfig; qualifier: string } {
    const parts = (
      parseArn(reference)?.resource.replace(/^function:/, '') ?? reference.replace(/^.*function:/, '')
    ).split(':');
    const [name = '', inline] = parts;
    const wanted = qualifier ?? inline ?? '$LATEST';
    const entry = this.#entries.get(name);
    const version = entry?.aliases.get(wanted) ?? wanted;
    const config =
      version === '$LATEST' ? entry?.latest : [...(entry?.published.values() ?? [])].find((c) => c.version === version);
    if (!config) {
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${name}:${wanted}`, 404, {
        Type: 'User',
      });
    }
    return { config, qualifier: wanted };
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw new ServiceError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    return entry;
  }

  #newEntry(latest: FunctionConfig): Entry {
    return { latest, published: new Map(), aliases: new Map(), asyncPolicies: new Map(), permissions: new Map() };
  }

  #highest(entry: Entry): number {
    return Math.max(0, ...[...entry.published.values()].map((config) => Number(config.version)));
  }
}
