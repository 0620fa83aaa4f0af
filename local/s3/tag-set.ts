import { ServiceError } from '../service.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const invalidTag = (message: string) => new ServiceError('InvalidTag', message, 400);

/** At most 10 tags, keys of 1 to 128 and values of at most 256 characters, no key twice. */
export function assertTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > 10) throw new ServiceError('BadRequest', 'Object tags cannot be greater than 10', 400);
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw invalidTag('Cannot provide multiple Tags with the same key');
  }
  for (const { Key, Value } of tags) {
    if (!Key || Key.length > 128) throw invalidTag('The TagKey you have provided is invalid');
    if (Value.length > 256) throw invalidTag('The TagValue you have provided is invalid');
  }
  return tags;
}

/** Tags of the header `x-amz-tagging`: URL query parameters. */
export function parseTagging(header: string | undefined): readonly Tag[] {
  return assertTags([...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value })));
}
