import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { App, type AppProps, Tags } from 'aws-cdk-lib/core';
import { buildLambdas } from '../build.ts';
import { featureFlags, type HoldfastConfig, readConfig } from './config.ts';
import { AppStack } from './stacks/app-stack.ts';
import { DataStack } from './stacks/data-stack.ts';

/** The assembly says nothing of the machine's paths, and is made sooner. */
const WITHOUT_TRACES = { 'aws:cdk:disable-creation-stack-traces': true };

/**
 * The application: `<stack>-Data` and `<stack>`. The account and the Region are those of who deploys, so that the
 * templates are the same for everybody.
 */
export function holdfastApp(
  bundles: ReadonlyMap<string, string>,
  props: AppProps = {},
  configure: (app: App) => HoldfastConfig = (app) => readConfig(app.node),
): App {
  const app = new App({
    analyticsReporting: false,

    treeMetadata: false,
    ...props,
    context: { ...WITHOUT_TRACES, ...featureFlags(), ...props.context },
  });
  const config = configure(app);
  const data = new DataStack(app, `${config.stack}-Data`, {
    config,
    description: 'Holdfast: the backup system table and the buckets beside it. Keep it.',
  });
  new AppStack(app, config.stack, {
    config,
    data,
    bundles,
    description: 'Holdfast: backups of Apache HBase tables on Amazon S3',
  });
  for (const [key, value] of Object.entries(config.tags)) Tags.of(app).add(key, value);
  if (config.permissionsBoundary !== undefined) {
    PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(data, 'Boundary', config.permissionsBoundary));
  }
  return app;
}

if (import.meta.main) {
  // CDK's own checks of the templates take longer than the synthesis: they are for who deploys.
  if (process.env.CDK_CLI_VERSION === undefined) process.env.CDK_VALIDATION ??= 'false';
  try {
    const { lambdas } = await buildLambdas();
    holdfastApp(lambdas).synth();
  } catch (error) {
    // Of a wrong configuration its sentence is enough.
    if ((error as Error).name !== 'InvalidInput') throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
