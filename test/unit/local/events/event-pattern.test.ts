import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../../local/events/event-pattern.ts';
import { targetInput } from '../../../../local/events/target-input.ts';

const event = {
  source: 'aws.states',
  resources: ['arn:aws:states:us-east-1:000000000000:execution:Full:one'],
  detail: { status: 'FAILED', name: 'one', stopDate: 17, error: null },
};

describe('matchesPattern', () => {
  it.each([
    [{ source: ['aws.states'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ detail: { status: ['FAILED', 'ABORTED'] } }, true],
    [{ detail: { status: ['SUCCEEDED'] } }, false],
    [{ resources: [{ prefix: 'arn:aws:states' }] }, true],
    [{ detail: { name: [{ suffix: 'ne' }], stopDate: [{ numeric: ['>', 10, '<=', 17] }] } }, true],
    [{ detail: { stopDate: [{ numeric: ['>', 17] }] } }, false],
    [{ detail: { status: [{ 'anything-but': ['SUCCEEDED'] }] } }, true],
    [{ detail: { status: [{ 'anything-but': 'FAILED' }] } }, false],
    [{ detail: { cause: [{ exists: false }] } }, true],
    [{ detail: { cause: [{ exists: true }] } }, false],
    [{ detail: { cause: ['x'] } }, false],
    [{ resources: [{ wildcard: 'arn:*:execution:Full:*' }] }, true],
    [{ $or: [{ source: ['aws.s3'] }, { detail: { name: ['one'] } }] }, true],
    [{ detail: { error: [null] } }, true],
  ])('%j', (pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it('says what it does not know', () => {
    expect(() => matchesPattern({ source: [{ cidr: '10.0.0.0/8' }] }, event)).toThrow('not implemented here');
  });
});

describe('targetInput', () => {
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/Ended';

  it('gives the event, a constant, or a part of it', () => {
    expect(JSON.parse(targetInput({}, event, rule))).toEqual(event);
    expect(targetInput({ Input: '{"a":1}' }, event, rule)).toBe('{"a":1}');
    expect(targetInput({ InputPath: '$.detail.name' }, event, rule)).toBe('"one"');
  });

  it('fills a template: JSON outside of quotes, bare text inside of them', () => {
    const InputTransformer = {
      InputPathsMap: { status: '$.detail.status', first: '$.resources[0]', none: '$.detail.cause' },
      InputTemplate: '{"status":<status>,"text":"of <first>, <none>","detail":<aws.events.rule-name>}',
    };
    expect(JSON.parse(targetInput({ InputTransformer }, event, rule))).toEqual({
      status: 'FAILED',
      text: `of ${event.resources[0]}, `,
      detail: 'Ended',
    });
  });
});
