import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc64Nvme } from '@aws-sdk/crc64-nvme';
import { combineCrc } from './crc-combine.ts';
import { crc32c } from './crc32c.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** `value` is base64; of a COMPOSITE checksum with `-<parts>` behind it. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** Members `ChecksumCRC32`, … of inputs and outputs, as bytes arrive or leave. */
export type ChecksumMembers = { [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined };

export interface Hasher {
  update(chunk: Uint8Array): void;
  /** Base64 of the digest; once. */
  digest(): string | Promise<string>;
}

const base64OfUint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

const running = (step: (chunk: Uint8Array, previous: number) => number): Hasher => {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = step(chunk, crc);
    },
    digest: () => base64OfUint32(crc),
  };
};

const crc64 = (): Hasher => {
  const crc = new Crc64Nvme();
  return {
    update: (chunk) => crc.update(chunk),
    digest: async () => Buffer.from(await crc.digest()).toString('base64'),
  };
};

export const hash = (name: 'md5' | 'sha1' | 'sha256'): Hasher => {
  const hash = createHash(name);
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
};

export const hasherOf: Readonly<Record<ChecksumAlgorithm, () => Hasher>> = {
  CRC32: () => running(crc32),
  CRC32C: () => running(crc32c),
  CRC64NVME: crc64,
  SHA1: () => hash('sha1'),
  SHA256: () => hash('sha256'),
};

/** Reflected polynomial and width; SHA sums cannot be combined. */
const combinable: Partial<Record<ChecksumAlgorithm, [polynomial: bigint, bits: number]>> = {
  CRC32: [0xedb88320n, 32],
  CRC32C: [0x82f63b78n, 32],
  CRC64NVME: [0x9a6c9329ac4bc9b5n, 64],
};

export const hasFullObject = (algorithm: ChecksumAlgorithm): boolean => combinable[algorithm] !== undefined;

/** The FULL_OBJECT checksum of parts in order, from theirs. */
export function fullObjectChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly value: string; readonly size: number }[],
): Checksum {
  const [polynomial, bits] = combinable[algorithm]!;
  const number = (value: string) => BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
  const crc = parts.reduce((sum, part) => combineCrc(polynomial, bits, sum, number(part.value), part.size), 0n);
  const value = Buffer.from(crc.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
  return { algorithm, type: 'FULL_OBJECT', value };
}

/** The COMPOSITE checksum of parts in order: the checksum of their checksums, and their number. */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, values: readonly string[]): Promise<Checksum> {
  const hasher = hasherOf[algorithm]();
  for (const value of values) hasher.update(Buffer.from(value, 'base64'));
  return { algorithm, type: 'COMPOSITE', value: `${await hasher.digest()}-${values.length}` };
}

/** `{ ChecksumCRC32: …, ChecksumType: … }` of an output. */
export function checksumMembers(checksum: Checksum | undefined): ChecksumMembers & { ChecksumType?: ChecksumType } {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}
