// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions
import { getLanguageService, TextDocument } from 'amazon-states-language-service';
import { describe, expect, it } from 'vitest';
import { resourcesOf, type Template, templatesOf } from './app-in-process.ts';
import { ALL_OPTIONS, MINIMAL } from './configurations.ts';
import { definitions } from './definitions.ts';

/**
 * The language service of the AWS Toolkit, in whose editor Workflow Studio opens a file: schema, states that are missing
 * or never reached, names used twice, JSONata that does not parse.
 */
async function diagnostics(name: string, text: string): Promise<string[]> {
  const document = TextDocument.create(`file:///${name}.asl.json`, 'json', 1, text);
  const service = getLanguageService({});
  const found = await service.doValidation(document, service.parseJSONDocument(document));
  return found.map(({ message, range }) => `${name}, line ${range.start.line + 1}: ${message}`);
}

/** A definition as the service gets it: every placeholder by a value of the kind that CloudFormation puts there. */
function substituted(template: Template): [string, string][] {
  const arn = (name: string) =>
    name.endsWith('StateMachine')
      ? `arn:aws:states:eu-central-1:111122223333:stateMachine:${name}:live`
      : `arn:aws:lambda:eu-central-1:111122223333:function:${name}:1`;
  const values: Record<string, string> = { Partition: 'aws', WorkBucket: 'holdfast-data-workbucket-1a2b' };
  return resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([id, { Properties }]) => [
    id,
    Properties.DefinitionString.replace(/\$\{(\w+)\}/g, (_: string, name: string) => {
      if (!Object.hasOwn(Properties.DefinitionSubstitutions, name)) throw new Error(`${id}: no value for ${name}`);
      return values[name] ?? arn(name);
    }),
  ]);
}

it.each(definitions())('finds nothing in the file of $name', async ({ name, text }) => {
  expect(await diagnostics(name, text)).toEqual([]);
});

it.each([
  ['the least configuration', MINIMAL],
  ['every option', ALL_OPTIONS],
])('finds nothing in what is deployed with %s', async (_, configuration) => {
  const deployed = substituted(templatesOf(configuration).app);
  expect(deployed).toHaveLength(definitions().length);
  for (const [id, text] of deployed) expect(await diagnostics(id, text)).toEqual([]);
});

describe('the language service', () => {
  const [{ text } = { text: '' }] = definitions().filter(({ name }) => name === 'full-backup');

  it.each([
    ['a state that is not there', '"Next": "IsDryRun"', '"Next": "IsDryRum"'],
    ['a state that nothing leads to', '"Default": "BackUp"', '"Default": "DryRunBackup"'],
    ['a field that no state has', '"TimeoutSeconds": 960', '"TimeOutSeconds": 960'],
    ['a type that is none', '"Type": "Parallel"', '"Type": "Paralel"'],
    ['a field of the other query language', '"Output": "{% $states.input %}"', '"ResultPath": "$.plan"'],
  ])('sees %s', async (_, good, bad) => {
    expect(text).toContain(good);
    expect(await diagnostics('full-backup', text.replace(good, bad))).not.toEqual([]);
  });
});
