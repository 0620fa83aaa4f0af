import { DEFAULT_REGION } from './account.ts';
import { Cloud } from './cloud.ts';
import { deployAssembly } from './cloudformation/deploy.ts';
import type { Stack } from './cloudformation/stack-store.ts';
import { lockDirectory } from './directory-lock.ts';
import { ensureBucket, importIntoBucket } from './import/import-into-bucket.ts';
import { startServer } from './server.ts';

export interface LocalOptions {
  /** Where state is kept, across restarts and kill -9; one process at a time. */
  readonly dir: string;
  /** Default: any free port. */
  readonly port?: number;
  readonly region?: string;
  /** A synthesized cloud assembly (`cdk.out`). */
  readonly assemblyDir: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Bucket → directory or `.tar.zst` whose files become its objects. Buckets are made. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Further buckets to make. */
  readonly buckets?: readonly string[];
  /** Do schedules fire? Default: yes. */
  readonly schedules?: boolean;
  readonly log?: (line: string) => void;
}

export interface LocalCloud {
  readonly cloud: Cloud;
  /** `AWS_ENDPOINT_URL` */
  readonly endpoint: string;
  readonly region: string;
  readonly stacks: readonly Stack[];
  /** Stack name → output key → value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  close(): Promise<void>;
}

/**
 * Starts the embedded AWS with the app deployed in it. Executions that were running when an earlier process on the
 * same directory ended show as ABORTED.
 * @throws DirectoryInUse
 * @throws DeployError
 */
export async function startLocal(options: LocalOptions): Promise<LocalCloud> {
  const { dir, region = DEFAULT_REGION, log = () => {} } = options;
  const unlock = lockDirectory(dir);
  const undo: (() => Promise<void> | void)[] = [unlock];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const cloud = new Cloud({ dir, region, schedules: options.schedules ?? true, log });
    undo.push(() => cloud.close());
    const server = await startServer(cloud, options.port);
    undo.push(() => server.close());
    for (const bucket of options.buckets ?? []) await ensureBucket(cloud, bucket);
    for (const [bucket, path] of Object.entries(options.imports ?? {})) {
      const { objects, bytes, unchanged, skipped } = await importIntoBucket(cloud, bucket, path);
      log(
        `${path} → s3://${bucket}: ${objects} objects, ${bytes} bytes, ${unchanged} unchanged, ${skipped.length} skipped`,
      );
    }
    const { parameters = {} } = options;
    const stacks = await deployAssembly(cloud, options.assemblyDir, { parameters, log });
    const outputs = Object.fromEntries(
      stacks.map((stack) => [stack.name, Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value]))]),
    );
    return { cloud, endpoint: server.endpoint, region, stacks, outputs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
