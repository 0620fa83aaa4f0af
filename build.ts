import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

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

/** Own sources below the repository: packages are pinned by the lock file. */
const ownInputs = (metafiles: readonly (Metafile | undefined)[]): string[] =>
  [...new Set(metafiles.flatMap((meta) => Object.keys(meta?.inputs ?? {})))]
    .filter((path) => !path.includes('node_modules/') && !path.startsWith('<'))
    .sort();

function isUpToDate(stampPath: string, handlerPaths: readonly string[]): boolean {
  if (!existsSync(stampPath)) return false;
  try {
    const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as Stamp;
    const entries = [...handlerPaths, ...(existsSync(join(REPOSITORY, CLI_ENTRY)) ? [CLI_ENTRY] : [])];
    return (
      entries.every((path) => stamp.inputs.includes(path)) &&
      stamp.outputs.every((path) => existsSync(join(REPOSITORY, path))) &&
      stamp.digest === digestOf(stamp.inputs)
    );
  } catch {
    return false; // A torn stamp only costs a build.
  }
}

/**
 * Bundles every handler to `<outdir>/lambdas/<step>/index.js` (CommonJS, as Lambda loads it; no source maps, no paths,
 * so the bytes are equal on every machine) and the CLI to `<outdir>/cli/holdfast.mjs`. Does nothing if nothing changed.
 */
export async function buildAll(outdir = 'dist'): Promise<Built> {
  const steps = handlers();
  const out = join(REPOSITORY, outdir);
  const stampPath = join(out, '.inputs.json');
  const lambdas = new Map([...steps.keys()].map((step) => [step, join(out, 'lambdas', step)]));
  if (isUpToDate(stampPath, [...steps.values()])) return { lambdas, rebuilt: false };

  const bundles = await build({
    ...common,
    format: 'cjs',
    outdir: join(out, 'lambdas'),
    entryPoints: Object.fromEntries([...steps].map(([step, path]) => [`${step}/index`, path])),
  });
  const cli = existsSync(join(REPOSITORY, CLI_ENTRY)) ? await build(cliOptions(join(out, 'cli/holdfast.mjs'))) : undefined;

  for (const file of globSync('*', { cwd: join(out, 'lambdas') })) {
    if (!steps.has(file)) rmSync(join(out, 'lambdas', file), { recursive: true, force: true });
  }
  for (const file of bundles.outputFiles ?? []) replaceFile(file.path, file.contents);
  // The repository's own package.json says ES modules; where the asset is run from a checkout this one is nearer.
  for (const directory of lambdas.values()) replaceFile(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  for (const file of cli?.outputFiles ?? []) replaceFile(file.path, file.contents, 0o755);

  const inputs = [...new Set([...ALWAYS, ...ownInputs([bundles.metafile, cli?.metafile])])];
  const outputs = [...(bundles.outputFiles ?? []), ...(cli?.outputFiles ?? [])].map((file) =>
    relative(REPOSITORY, file.path),
  );
  replaceFile(stampPath, JSON.stringify({ inputs, outputs, digest: digestOf(inputs) } satisfies Stamp));
  return { lambdas, rebuilt: true };
}

/** Packages that the CLI loads at run time only: they read files beside themselves, or are big and rarely needed. */
const CLI_EXTERNAL = ['aws-cdk-lib', 'constructs', 'esbuild', 'dynalite'];

const cliOptions = (outfile: string): BuildOptions => ({
  ...common,
  format: 'esm',
  entryPoints: [CLI_ENTRY],
  outfile,
  external: CLI_EXTERNAL,
  banner: {
    // Bundled CommonJS packages call `require` for Node's own modules.
    js: "#!/usr/bin/env node\nimport { createRequire as holdfastCreateRequire } from 'node:module';\nconst require = holdfastCreateRequire(import.meta.url);",
  },
});

if (import.meta.main) {
  const began = performance.now();
  const { lambdas, rebuilt } = await buildAll();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(rebuilt ? `built ${lambdas.size} functions in ${seconds} s` : `${lambdas.size} functions are up to date`);
}
