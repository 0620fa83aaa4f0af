// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesizedAssembly } from '../support/assembly.ts';

/**
 * `npm run lint:cloud`: the synthesized templates under the linters that are installed. Checks that do not fit are
 * listed with their reason.
 */
const CHECKOV_SKIPPED = {
  CKV_AWS_18: 'access logs of the buckets are the account’s choice: a trail of data events sees more',
  CKV_AWS_21: 'the work bucket holds temporary data: versions of it would be leftovers',
  CKV_AWS_27: 'the queue is encrypted by SQS',
  CKV_AWS_28: 'checked by test/infra/data-stack.test.ts in the form that CDK writes',
  CKV_AWS_115: 'no concurrency is reserved: new accounts may have ten in all',
  CKV_AWS_116: 'state machines call the functions and see their errors',
  CKV_AWS_117: 'outside of a VPC: the gateway endpoint reaches S3 of its own Region only',
  CKV_AWS_119: 'a key of one’s own is an option to come',
  CKV_AWS_158: 'the same for log groups',
  CKV_AWS_173: 'the variables are names and places, no secrets',
  CKV_AWS_337: 'the parameters are names, no secrets',
  CKV_AWS_338: 'log retention is configured',
  CKV_AWS_145: 'encrypted with S3’s own keys; a key of one’s own is an option to come',
  CKV_AWS_284: 'X-Ray on the children of a map is a bill',
  CKV_AWS_285: 'the log has errors only, without data: keys and table names are data',
};

const CFN_LINT_IGNORED = {
  W3005: 'CDK writes dependencies that a reference implies already',
  W6001: 'the outputs are a contract: what they say may come from the stack of the data',
  E1101: 'its own exception on definitions with paths of numbers',
};

const tools = [
  {
    name: 'cfn-lint',
    install: 'pip install cfn-lint==1.58.0',
    args: (templates: string[]) => ['--ignore-checks', ...Object.keys(CFN_LINT_IGNORED), '--', ...templates],
  },
  {
    name: 'checkov',
    install: 'pip install checkov==3.3.30',
    args: (templates: string[]) => [
      ...templates.flatMap((template) => ['--file', template]),
      ...['--framework', 'cloudformation', '--compact', '--quiet', '--skip-download'],
      ...['--skip-check', Object.keys(CHECKOV_SKIPPED).join(',')],
    ],
  },
];

const assembly = await synthesizedAssembly();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
const templates = ['Holdfast-Data', 'Holdfast'].map((stack) => {
  const text = readFileSync(join(assembly, `${stack}.template.json`), 'utf8');
  const path = join(directory, `${stack}.template.json`);
  // The definitions as they are after their substitution.
  writeFileSync(path, text.replaceAll('arn:${Partition}:', 'arn:aws:'));
  return path;
});
for (const { name, install, args } of tools) {
  const { error, status } = spawnSync(name, args(templates), { stdio: 'inherit' });
  if (error) console.log(`${name} is not installed; it is needed here: ${install}`);
  else console.log(`${name}: ${status === 0 ? 'nothing found' : `exit code ${status}`}`);
  if (status) process.exitCode = 1;
}
