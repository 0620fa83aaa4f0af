import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { holdfastApp } from '../../infra/app.ts';
import { parseConfig } from '../../infra/config.ts';
import { kebabCase } from '../../infra/step-table.ts';
import { STEPS } from '../../infra/steps.ts';

process.env.CDK_VALIDATION = 'false';

/** Stand-ins for the bundles: the templates do not look into them. */
function stubBundles(): ReadonlyMap<string, string> {
  const base = mkdtempSync(join(tmpdir(), 'holdfast-bundles-'));
  return new Map(
    STEPS.map(({ name }) => {
      const directory = join(base, kebabCase(name));
      mkdirSync(directory);
      writeFileSync(join(directory, 'index.js'), `// ${name}\n`);
      return [kebabCase(name), directory];
    }),
  );
}

let bundles: ReadonlyMap<string, string> | undefined;

/** The assembly of a configuration, synthesized in this process with stand-ins for the bundles. */
export function synthesize(config: object): CloudAssembly {
  bundles ??= stubBundles();
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-synth-'));
  return holdfastApp(bundles, { outdir }, () => parseConfig(config, 'test.json')).synth();
}

export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are whatever they are
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

const templates = new Map<object, { data: Template; app: Template }>();

/** The two templates of a configuration; synthesized once a configuration and test file. */
export function templatesOf(config: object): { data: Template; app: Template } {
  const known = templates.get(config);
  if (known) return known;
  const assembly = synthesize(config);
  const { stack } = parseConfig(config, 'test.json');
  const made = {
    data: assembly.getStackByName(`${stack}-Data`).template as Template,
    app: assembly.getStackByName(stack).template as Template,
  };
  templates.set(config, made);
  return made;
}

export const resourcesOf = (template: Template, type: string): [string, TemplateResource][] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

export interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Effect: string;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** The role whose policies these are, by logical id: inline ones, and those of AWS::IAM::Policy. */
export function statementsByRole(template: Template): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  const add = (role: string, statements: Statement[]) => found.set(role, [...(found.get(role) ?? []), ...statements]);
  for (const [id, { Properties }] of resourcesOf(template, 'AWS::IAM::Role')) {
    add(id, []);
    for (const { PolicyDocument } of Properties.Policies ?? []) add(id, PolicyDocument.Statement);
  }
  for (const [, { Properties }] of resourcesOf(template, 'AWS::IAM::Policy')) {
    for (const { Ref } of Properties.Roles) add(Ref, Properties.PolicyDocument.Statement);
  }
  return found;
}

export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
export const resourcesOfStatement = ({ Resource }: Statement): unknown[] => [Resource].flat();
