import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { DeployError, type Template } from './template.ts';

export interface AssemblyStack {
  readonly artifactId: string;
  readonly stackName: string;
  readonly region: string | undefined;
  readonly template: Template;
  /** Values given to the template's parameters by the assembly. */
  readonly parameters: Record<string, string>;
}

export interface Assembly {
  /** In the order in which they have to be deployed. */
  readonly stacks: readonly AssemblyStack[];
  /** Path of a file asset (a directory when it is packed as zip) by the object key of its destination. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly properties?: Record<string, unknown>;
  readonly dependencies?: readonly string[];
  readonly displayName?: string;
}

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DeployError(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
};

/** A path below `dir`, links followed: an assembly names nothing outside of itself. */
function inside(dir: string, relative: string): string {
  const path = resolve(dir, relative);
  if (!existsSync(path)) throw new DeployError(`${path} is named by the assembly and is not there`);
  const root = realpathSync(dir) + sep;
  if (!`${realpathSync(path)}${sep}`.startsWith(root))
    throw new DeployError(`${relative} lies outside of the assembly`);
  return path;
}

/** Reads a synthesized cloud assembly (`cdk.out`), nested assemblies of stages too. */
export function readAssembly(dir: string): Assembly {
  const manifestPath = join(dir, 'manifest.json');
  if (!existsSync(manifestPath)) throw new DeployError(`${dir} is no cloud assembly: it has no manifest.json`);
  const manifest = readJson(manifestPath) as { artifacts?: Record<string, Artifact> };
  const artifacts = manifest.artifacts ?? {};
  const stacks: AssemblyStack[] = [];
  const assets = new Map<string, string>();
  const done = new Set<string>();

  const visit = (id: string): void => {
    if (done.has(id)) return;
    done.add(id);
    const artifact = artifacts[id];
    if (!artifact) return;
    for (const dependency of artifact.dependencies ?? []) visit(dependency);
    const properties = artifact.properties ?? {};
    if (artifact.type === 'aws:cloudformation:stack') stacks.push(readStack(dir, id, artifact));
    else if (artifact.type === 'cdk:asset-manifest') {
      for (const [key, path] of readAssets(dir, String(properties.file))) assets.set(key, path);
    } else if (artifact.type === 'cdk:cloud-assembly') {
      const nested = readAssembly(inside(dir, String(properties.directoryName)));
      stacks.push(...nested.stacks);
      for (const [key, path] of nested.assets) assets.set(key, path);
    }
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return { stacks, assets };
}

function readStack(dir: string, artifactId: string, artifact: Artifact): AssemblyStack {
  const properties = artifact.properties ?? {};
  const region = /^aws:\/\/[^/]+\/([^/]+)$/.exec(artifact.environment ?? '')?.[1];
  return {
    artifactId,
    stackName: String(properties.stackName ?? artifactId),
    region: region === 'unknown-region' ? undefined : region,
    template: readJson(inside(dir, String(properties.templateFile))) as Template,
    parameters: (properties.parameters ?? {}) as Record<string, string>,
  };
}

function* readAssets(dir: string, file: string): Generator<[string, string]> {
  const manifest = readJson(inside(dir, file)) as {
    files?: Record<
      string,
      { source?: { path?: string }; destinations?: Record<string, { objectKey?: string }> } | undefined
    >;
  };
  for (const asset of Object.values(manifest.files ?? {})) {
    if (!asset?.source?.path) continue;
    const path = inside(dir, asset.source.path);
    for (const destination of Object.values(asset.destinations ?? {})) {
      if (destination.objectKey) yield [destination.objectKey, path];
    }
  }
}
