type Matrix = bigint[];

const times = (matrix: Matrix, vector: bigint): bigint => {
  let sum = 0n;
  for (let i = 0; vector > 0n; i++, vector >>= 1n) if (vector & 1n) sum ^= matrix[i]!;
  return sum;
};
const square = (matrix: Matrix): Matrix => matrix.map((row) => times(matrix, row));

/**
 * The CRC of `first ‖ second` from the CRCs of both and the length of `second`: how S3 makes the FULL_OBJECT checksum
 * of a multipart upload from its parts. For reflected polynomials, the method of zlib's crc32_combine.
 */
export function combineCrc(
  polynomial: bigint,
  bits: number,
  first: bigint,
  second: bigint,
  secondBytes: number,
): bigint {
  let shift: Matrix = [polynomial];
  for (let n = 1; n < bits; n++) shift.push(1n << BigInt(n - 1));
  shift = square(square(shift)); // four zero bits; squared once more on entry: one zero byte
  let crc = first;
  for (let length = secondBytes; length > 0; length = Math.floor(length / 2)) {
    shift = square(shift);
    if (length % 2 === 1) crc = times(shift, crc);
  }
  return crc ^ second;
}
