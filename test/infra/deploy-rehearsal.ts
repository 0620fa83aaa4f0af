import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.ts';
import { synthesizedAssembly } from '../support/assembly.ts';

/**
 * `npm run test:deploy`: the `cdk` command deploys the app into a running MiniStack, an AWS that is not ours.
 * It knows no Automation documents, no versions and aliases of state machines, no alarms on sums of metrics: the copy
 * that is deployed has none.
 */
const endpoint = process.env.HOLDFAST_MINISTACK;
if (!endpoint) {
  console.log(
    'HOLDFAST_MINISTACK is not set: it must name the URL of a running MiniStack (pip install ministack==1.5.33;',
  );
  console.log('BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 ministack, with Node 24 first on the PATH)');
  process.exit(0);
}

const assembly = mkdtempSync(join(tmpdir(), 'holdfast-rehearsal-'));
cpSync(await synthesizedAssembly(), assembly, { recursive: true });
const path = join(assembly, 'Holdfast.template.json');
const template = withoutUnknown(readFileSync(path, 'utf8'));
writeFileSync(path, template);
renameTemplate();

/** The template is uploaded under its digest: another text needs another name. */
function renameTemplate(): void {
  const assets = readFileSync(join(assembly, 'Holdfast.assets.json'), 'utf8');
  const { files } = JSON.parse(assets) as { files: Record<string, { source: { path: string } }> };
  const [digest = ''] = Object.entries(files).find(([, { source }]) => source.path === 'Holdfast.template.json') ?? [];
  for (const file of ['Holdfast.assets.json', 'manifest.json']) {
    const text = readFileSync(join(assembly, file), 'utf8');
    writeFileSync(join(assembly, file), text.replaceAll(digest, sha256(template)));
  }
}

/** The template less what MiniStack does not know: who names an alias names its state machine. */
function withoutUnknown(text: string): string {
  interface Resource {
    readonly Type: string;
    readonly Properties: { StateMachineArn?: { Ref: string }; RoutingConfiguration?: object[]; Metrics?: object[] };
  }
  const { Resources, ...rest } = JSON.parse(text) as { Resources: Record<string, Resource> };
  const machines = new Map<string, string>();
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::StepFunctions::StateMachineVersion') machines.set(id, Properties.StateMachineArn?.Ref ?? '');
  }
  let remaining = JSON.stringify({
    ...rest,
    Resources: Object.fromEntries(
      Object.entries(Resources).filter(
        ([, { Type, Properties }]) =>
          !/^AWS::(SSM::Document|StepFunctions::StateMachine(Version|Alias))$/.test(Type) &&
          !(Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics),
      ),
    ),
  });
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachineAlias') continue;
    const routing = JSON.stringify(Properties.RoutingConfiguration);
    const [, machine] = [...machines].find(([version]) => routing.includes(version)) ?? [];
    remaining = remaining.replaceAll(`{"Fn::GetAtt":["${id}","Arn"]}`, `{"Ref":"${machine}"}`);
  }
  return remaining;
}

function cdk(...args: string[]): void {
  const began = performance.now();
  const { status } = spawnSync('cdk', [...args, '--app', assembly, '--ci'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      CDK_DEFAULT_ACCOUNT: '000000000000',
      CDK_DEFAULT_REGION: 'us-east-1',
    },
  });
  console.log(`cdk ${args[0]}: exit code ${status}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (status !== 0) process.exit(1);
}

cdk('bootstrap', 'aws://000000000000/us-east-1');
cdk('deploy', '--all', '--require-approval', 'never');
