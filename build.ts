import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const REPOSITORY = import.meta.dirname;
const CLI_ENTRY = 'cli/holdfast.ts';

export interface Built {
  /** Directory of a step's asset (`index.js` and a `package.json` that says CommonJS), by the step's kebab-case name. */
  readonly lambdas: ReadonlyMap<string, string>;
  readonly rebuilt: boolean;
}

/**
 * `import { z } from 'zod'` keeps all of zod, its forty languages too (454 kB); the namespace import is tree-shaken
 * (98 kB). The sources write the first, the bundles get the second.
 */
const zodByNamespace: Plugin = {
  name: 'zod-by-namespace',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const source = readFileSync(path, 'utf8');
      return {
        loader: 'ts',
        contents: source.replace(/^import \{ z \} from 'zod';/m, "import * as z from 'zod';"),
      };
    });
  },
};

/** Packages that every function needs whole, nearly: bundled once, not once a function. */
const SHARED = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-sfn',
  '@aws-lambda-powertools/logger',
] as const;
const SHARED_NAME = 'holdfastShared';

/** The names that the functions' sources import from a package, types aside. */
function importedNames(packageName: string): string[] {
  const names = new Set<string>();
  const statement = new RegExp(`^import \\{([^}]*)\\} from '${packageName}';`, 'gm');
  for (const path of globSync('{core,lambdas}/**/*.ts', { cwd: REPOSITORY })) {
    for (const [, list = ''] of readFileSync(join(REPOSITORY, path), 'utf8').matchAll(statement)) {
      for (const name of list.split(',').map((part) => part.trim())) {
        if (name !== '' && !name.startsWith('type ')) names.add(name.replace(/ as .*/, ''));
      }
    }
  }
  return [...names].sort();
}

/** The shared packages as one expression statement: `var holdfastShared = …`, an object of the packages' members. */
async function buildShared(): Promise<string> {
  const members = SHARED.map((name, i) => {
    const imported = importedNames(name);
    const local = (j: number) => `m${i}_${j}`;
    return {
      statement: `import { ${imported.map((member, j) => `${member} as ${local(j)}`).join(', ')} } from '${name}';`,
      property: `'${name}': { ${imported.map((member, j) => `${member}: ${local(j)}`).join(', ')} }`,
    };
  });
  const contents = [
    ...members.map(({ statement }) => statement),
    `export const packages = { ${members.map(({ property }) => property).join(', ')} };`,
  ].join('\n');
  const { outputFiles } = await build({
    ...common,
    format: 'iife',
    globalName: SHARED_NAME,
    stdin: { contents, resolveDir: REPOSITORY },
  });
  return (outputFiles?.[0]?.text ?? '').trim();
}

/** Imports of the shared packages become members of what {@link buildShared} has put before the bundle. */
const fromShared: Plugin = {
  name: 'from-shared',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-/ }, ({ path }) =>
      (SHARED as readonly string[]).includes(path) ? { path, namespace: 'shared' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({
      contents: `module.exports = ${SHARED_NAME}.packages['${path}'];`,
      loader: 'js',
    }));
  },
};

const common: BuildOptions = {
  absWorkingDir: REPOSITORY,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // The SDK's ES modules come first: only they are tree-shaken.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  charset: 'utf8',
  sourcemap: false,
  metafile: true,
  write: false,
  logLevel: 'warning',
  plugins: [zodByNamespace],
};

const handlers = (): Map<string, string> =>
  new Map(
    globSync('lambdas/handlers/*.handler.ts', { cwd: REPOSITORY })
      .sort()
      .map((path) => [basename(path, '.handler.ts'), path]),
  );

const digestOf = (files: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`);
    const path = join(REPOSITORY, file);
    hash.update(existsSync(path) ? readFileSync(path) : 'missing');
  }
  return hash.digest('hex');
};

interface Stamp {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly digest: string;
}

/** What decides the bytes besides the inputs that esbuild names: what is installed, and this file. */
const ALWAYS = ['build.ts', 'package-lock.json'];

/** Whole or not at all: tests and `cdk synth` may build at the same time. */
function replaceFile(path: string, content: Uint8Array | string, mode = 0o644): void {
  const bytes = Buffer.from(content);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, bytes, { mode });
  renameSync(draft, path);
}

function isUpToDate(stampPath: string, entries: readonly string[]): boolean {
  if (!existsSync(stampPath)) return false;
  try {
    const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as Stamp;
    return (
      entries.every((path) => stamp.inputs.includes(path)) &&
      stamp.outputs.every((path) => existsSync(join(REPOSITORY, path))) &&
      stamp.digest === digestOf(stamp.inputs)
    );
  } catch {
    return false; // A torn stamp only costs a build.
  }
}

/** Bundles unless nothing has changed since; answers whether it did. */
async function bundle(stampPath: string, entries: readonly string[], options: () => Promise<BuildOptions>) {
  if (isUpToDate(stampPath, entries)) return false;
  const { outputFiles = [], metafile } = await build(await options());
  for (const { path, contents } of outputFiles) replaceFile(path, contents, path.endsWith('.mjs') ? 0o755 : 0o644);
  // Own sources only: packages are pinned by the lock file.
  const read = Object.keys(metafile?.inputs ?? {}).filter((path) => !/node_modules\/|^<|^shared:/.test(path));
  const inputs = [...ALWAYS, ...read.sort()];
  const outputs = outputFiles.map(({ path }) => relative(REPOSITORY, path));
  replaceFile(stampPath, JSON.stringify({ inputs, outputs, digest: digestOf(inputs) } satisfies Stamp));
  return true;
}

/**
 * Bundles every handler to `<outdir>/lambdas/<step>/index.js`: CommonJS, as Lambda loads it, beside a `package.json`
 * that says so; no source maps, no paths, so the bytes are equal on every machine. Does nothing if nothing changed.
 */
export async function buildLambdas(outdir = join(REPOSITORY, 'dist')): Promise<Built> {
  const steps = handlers();
  const out = join(outdir, 'lambdas');
  const lambdas = new Map([...steps.keys()].map((step) => [step, join(out, step)]));
  const rebuilt = await bundle(join(outdir, '.lambdas.json'), [...steps.values()], async () => ({
    ...common,
    plugins: [zodByNamespace, fromShared],
    banner: { js: await buildShared() },
    format: 'cjs',
    outdir: out,
    entryPoints: Object.fromEntries([...steps].map(([step, path]) => [`${step}/index`, path])),
  }));
  for (const gone of globSync('*', { cwd: out })) {
    if (!steps.has(gone)) rmSync(join(out, gone), { recursive: true, force: true });
  }
  // The repository's own package.json says ES modules; where the asset is run from a checkout this one is nearer.
  for (const directory of lambdas.values()) replaceFile(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  return { lambdas, rebuilt };
}

/** Packages that the CLI loads at run time only: they are big and rarely needed. */
const CLI_EXTERNAL = ['aws-cdk-lib', 'constructs', 'esbuild', 'dynalite'];

/** Bundles the CLI to `<outdir>/cli/holdfast.mjs`. */
export async function buildCli(outdir = join(REPOSITORY, 'dist')): Promise<{ readonly rebuilt: boolean }> {
  if (!existsSync(join(REPOSITORY, CLI_ENTRY))) return { rebuilt: false };
  const rebuilt = await bundle(join(outdir, '.cli.json'), [CLI_ENTRY], async () => ({
    ...common,
    format: 'esm',
    entryPoints: [CLI_ENTRY],
    outfile: join(outdir, 'cli/holdfast.mjs'),
    external: CLI_EXTERNAL,
    banner: {
      // Bundled CommonJS packages call `require` for Node's own modules.
      js: "#!/usr/bin/env node\nimport { createRequire as holdfastCreateRequire } from 'node:module';\nconst require = holdfastCreateRequire(import.meta.url);",
    },
  }));
  return { rebuilt };
}

if (import.meta.main) {
  const began = performance.now();
  const [{ lambdas, rebuilt }, cli] = [await buildLambdas(), await buildCli()];
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const what = rebuilt || cli.rebuilt ? 'built' : 'up to date';
  console.log(`${lambdas.size} functions and the CLI: ${what} (${seconds} s)`);
}
