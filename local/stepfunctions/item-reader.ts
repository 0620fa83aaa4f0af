import type { MapState } from './compiled-state.ts';
import { evaluate } from './expression.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { StateError } from './state-error.ts';
import { bindingsOf, type Visit } from './visit.ts';
import { wholeNumber } from './whole-number.ts';

/** "Maximum size of an item", of a line of JSON Lines: 8 MB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The items of a Distributed Map from S3. @throws StateError States.ItemReaderFailed */
export async function readItems(visit: Visit<MapState>): Promise<Json[]> {
  const reader = visit.state.distributed?.reader;
  if (!reader) throw new StateError('States.Runtime', 'no ItemReader');
  const bindings = bindingsOf(visit);
  const input = (await evaluate(reader.arguments, bindings)) as JsonObject;
  const maxItems = reader.maxItems ? await wholeNumber(reader.maxItems, bindings) : 0;
  const limit = maxItems || 100_000_000;
  try {
    if (reader.operation === 'ListObjectsV2') return await listObjects(visit, input, limit);
    const answer = await callS3(visit, 'GetObject', input);
    return parseItems(await textOf(answer.Body), reader.inputType, limit);
  } catch (error) {
    throw new StateError('States.ItemReaderFailed', error instanceof Error ? error.message : String(error));
  }
}

function callS3(visit: Visit, operation: string, input: JsonObject): Promise<Record<string, unknown>> {
  const { engine, execution, cancellation } = visit.line;
  const { roleArn } = execution.origin;
  return cancellation.abandonable(engine.invoke({ service: 's3', operation, input, roleArn }));
}

async function listObjects(visit: Visit, input: JsonObject, limit: number): Promise<Json[]> {
  const items: Json[] = [];
  let token: unknown;
  do {
    const page: JsonObject = token === undefined ? input : { ...input, ContinuationToken: token as string };
    const answer = await callS3(visit, 'ListObjectsV2', page);
    for (const object of (answer.Contents ?? []) as Record<string, unknown>[]) {
      const { Key, ETag, Size, StorageClass = 'STANDARD', LastModified } = object;
      const modified = LastModified instanceof Date ? Math.floor(LastModified.getTime() / 1000) : null;
      items.push({ Etag: ETag, Key, LastModified: modified, Size, StorageClass } as JsonObject);
    }
    token = answer.IsTruncated ? answer.NextContinuationToken : undefined;
  } while (token !== undefined && items.length < limit);
  return items.slice(0, limit);
}

function parseItems(text: string, inputType: string, limit: number): Json[] {
  if (inputType === 'JSONL') return parseLines(text, limit);
  const value = JSON.parse(text) as Json;
  if (Array.isArray(value)) return value.slice(0, limit);
  if (!isObject(value)) throw new Error('the file holds neither an array nor an object');
  return Object.entries(value)
    .slice(0, limit)
    .map(([Key, Value]) => ({ Key, Value }));
}

function parseLines(text: string, limit: number): Json[] {
  const items: Json[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() === '') continue;
    if (items.length >= limit) break;
    if (line.length > MAX_LINE_BYTES) throw new Error(`line ${number} is longer than ${MAX_LINE_BYTES} bytes`);
    try {
      items.push(JSON.parse(line) as Json);
    } catch {
      throw new Error(`line ${number} is not JSON`);
    }
  }
  return items;
}

/** A body as the SDK's clients give it, or as a service within the process does. */
async function textOf(body: unknown): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const stream = body as AsyncIterable<Uint8Array> & { transformToString?: () => Promise<string> };
  if (typeof stream?.transformToString === 'function') return stream.transformToString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
