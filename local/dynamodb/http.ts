import { crc32 } from 'node:zlib';
import { bytesFromWire, type JsonHandlerOptions, type JsonProtocol, jsonRpcHandler } from '../json-protocol.ts';
import { ServiceError } from '../service.ts';

type Shape = Record<string, unknown>;

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapMembers = (shape: Shape, change: (value: unknown, name: string) => unknown): Shape =>
  Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, change(value, name)]));

const maxDepth = 64;

/** Bytes of B and BS out of base64, at any depth. */
function decodeValue(value: unknown, depth = 0): unknown {
  if (!isShape(value)) return value;
  if (depth > maxDepth) throw new ServiceError('SerializationException', 'attribute values are nested too deeply');
  return mapMembers(value, (member, type) => {
    if (type === 'B') return bytesFromWire(member);
    if (type === 'BS' && Array.isArray(member)) return member.map(bytesFromWire);
    if (type === 'L' && Array.isArray(member)) return member.map((inner) => decodeValue(inner, depth + 1));
    if (type === 'M' && isShape(member)) return mapMembers(member, (inner) => decodeValue(inner, depth + 1));
    return member;
  });
}

const decodeItem = (item: unknown): unknown => (isShape(item) ? mapMembers(item, (value) => decodeValue(value)) : item);

const itemMembers = new Set(['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']);

/** Members that hold items or keys have the same names in every command. */
function decodeInput(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(decodeInput);
  if (!isShape(input)) return input;
  return mapMembers(input, (value, name) => {
    if (itemMembers.has(name)) return decodeItem(value);
    if (name === 'Keys' && Array.isArray(value)) return value.map(decodeItem);
    // Its members are named by tables, and a table may be called `Item`.
    if (name === 'RequestItems' && isShape(value)) return mapMembers(value, decodeInput);
    return decodeInput(value);
  });
}

const protocol: JsonProtocol = {
  targetPrefix: 'DynamoDB_20120810',
  errorPrefix: 'com.amazonaws.dynamodb.v20120810#',
  decode: (_, input) => decodeInput(input) as Shape,
  headers: (body) => ({ 'x-amz-crc32': String(crc32(body)) }),
};

/** DynamoDB's wire protocol in front of a {@link DynamoDbService} or of a hub. */
export const dynamoDbHandler = (options: Omit<JsonHandlerOptions, 'protocol'>) =>
  jsonRpcHandler({ ...options, protocol });
