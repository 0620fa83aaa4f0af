// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are what is tested
import { describe, expect, it } from 'vitest';
import { evaluate, NO_VALUE, references, type Scope } from '../../../../local/cloudformation/evaluate.ts';
import { creationOrder } from '../../../../local/cloudformation/order.ts';
import { physicalName } from '../../../../local/cloudformation/physical-name.ts';

const scope: Scope = {
  region: 'us-east-1',
  ref: (name) => (name === 'AWS::NoValue' ? NO_VALUE : `ref-${name}`),
  getAtt: (id, attribute) => `${id}.${attribute}!`,
  importValue: (name) => `import-${name}`,
  condition: (name) => name === 'Yes',
  mapping: (...path) => path.join('/'),
};

describe('evaluate', () => {
  it.each([
    [{ Ref: 'A' }, 'ref-A'],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, 'A.Arn!'],
    [{ 'Fn::GetAtt': 'A.Nested.Arn' }, 'A.Nested.Arn!'],
    [{ 'Fn::Sub': '${A}-${B.Arn}-${!C}' }, 'ref-A-B.Arn!-${C}'],
    [{ 'Fn::Sub': ['${X}/${A}', { X: { Ref: 'B' } }] }, 'ref-B/ref-A'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'A' }, 1]] }, 'a-ref-A-1'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b,c'] }] }, 'b'],
    [{ 'Fn::If': ['Yes', { Ref: 'A' }, 'no'] }, 'ref-A'],
    [{ a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: 2 }, { b: 2 }],
    [[{ Ref: 'AWS::NoValue' }, 'x'], ['x']],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${A}' } }, 'import-ref-A'],
    [{ 'Fn::FindInMap': ['M', { Ref: 'A' }, 'k'] }, 'M/ref-A/k'],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Contains': [['a'], 'b'] }] }, false],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    // In a policy statement it is a member, not a function.
    [{ Condition: { StringEquals: { 'a:b': { Ref: 'A' } } } }, { Condition: { StringEquals: { 'a:b': 'ref-A' } } }],
  ])('%j', (value, expected) => {
    expect(evaluate(value, scope)).toEqual(expected);
  });

  it.each([
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }, 'not implemented here: Fn::Cidr'],
    [{ 'Fn::Select': [3, ['a']] }, 'no element 3'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'needs a string'],
    ['{{resolve:secretsmanager:x}}', 'not implemented here: dynamic reference'],
  ])('refuses %j', (value, message) => {
    expect(() => evaluate(value, scope)).toThrow(message);
  });
});

describe('order', () => {
  it('finds every kind of reference', () => {
    const found = references({
      a: { Ref: 'A' },
      b: [{ 'Fn::GetAtt': ['B', 'Arn'] }],
      c: { 'Fn::Sub': ['${C.Arn}${!N}${X}', { X: { Ref: 'D' } }] },
    });
    expect([...found]).toEqual(expect.arrayContaining(['A', 'B', 'C', 'D']));
    expect(found.has('N')).toBe(false);
  });

  it('creates what is referred to first, and refuses circles', () => {
    const resource = (needs?: string, DependsOn?: string) => ({
      Type: 'T',
      ...(needs ? { Properties: { x: { Ref: needs } } } : {}),
      ...(DependsOn ? { DependsOn } : {}),
    });
    expect(creationOrder({ A: resource('B'), B: resource(undefined, 'C'), C: resource() })).toEqual(['C', 'B', 'A']);
    expect(() => creationOrder({ A: resource('B'), B: resource('A') })).toThrow('A → B → A');
  });
});

describe('physicalName', () => {
  it('is the same each time, short enough, and different for names that are cut', () => {
    const long = 'LongLogicalIdentifier'.repeat(5);
    const name = physicalName('Stack', long, 'AWS::IAM::Role');
    expect(name).toHaveLength(64);
    expect(physicalName('Stack', long, 'AWS::IAM::Role')).toBe(name);
    expect(physicalName('Stack', `${long}2`, 'AWS::IAM::Role')).not.toBe(name);
    expect(physicalName('My_Stack', 'Bucket', 'AWS::S3::Bucket')).toMatch(/^my-stack-bucket-[a-z0-9]{8}$/);
  });
});
