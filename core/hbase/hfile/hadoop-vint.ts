/** A Hadoop vint (WritableUtils), which is not protobuf's: its first byte says sign and length. */
export interface Vint {
  readonly value: bigint;
  /** Where the bytes behind it begin. */
  readonly end: number;
}

/** How many bytes the vint takes that begins with this signed byte. */
export function vintLength(first: number): number {
  if (first >= -112) return 1;
  return first < -120 ? -119 - first : -111 - first;
}

/** @throws RangeError if the bytes end before it does */
export function readVint(bytes: Uint8Array, at: number, limit = bytes.length): Vint {
  if (at >= limit) throw new RangeError('ends before a vint');
  const first = (bytes[at]! << 24) >> 24;
  const end = at + vintLength(first);
  if (end > limit) throw new RangeError('ends inside a vint');
  if (end === at + 1) return { value: BigInt(first), end };
  let value = 0n;
  for (let i = at + 1; i < end; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return { value: first < -120 ? ~value : value, end };
}
