import type {
  DeleteObjectTaggingCommandInput,
  GetObjectTaggingCommandInput,
  PutObjectTaggingCommandInput,
} from '@aws-sdk/client-s3';
import { objectAt, versionMember } from '../find-object.ts';
import type { Operation } from '../s3-call.ts';
import { assertTags } from '../tag-set.ts';

type Output = Record<string, unknown>;

export const putObjectTagging: Operation<PutObjectTaggingCommandInput, Output> = (s3, input) => {
  const object = objectAt(s3, input);
  const tags = assertTags((input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value })));
  s3.commit({ do: 'change', bucket: input.Bucket!, key: input.Key!, version: { ...object, tags } });
  return versionMember(s3, input.Bucket!, object.versionId);
};

export const getObjectTagging: Operation<GetObjectTaggingCommandInput, Output> = (s3, input) => {
  const object = objectAt(s3, input);
  return { TagSet: object.tags.map((tag) => ({ ...tag })), ...versionMember(s3, input.Bucket!, object.versionId) };
};

export const deleteObjectTagging: Operation<DeleteObjectTaggingCommandInput, Output> = (s3, input) => {
  const object = objectAt(s3, input);
  s3.commit({ do: 'change', bucket: input.Bucket!, key: input.Key!, version: { ...object, tags: [] } });
  return versionMember(s3, input.Bucket!, object.versionId);
};
