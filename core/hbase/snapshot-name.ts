import { Buffer } from 'node:buffer';
import { HoldfastError } from '../errors/holdfast-error.ts';

export class InvalidSnapshotName extends HoldfastError {
  override readonly name = 'InvalidSnapshotName';

  constructor(given: string) {
    super(
      `not the name of an HBase snapshot: ${JSON.stringify(given.slice(0, 300))}`,
      'letters, digits, _, - and . only, not beginning with . or -',
      { given: given.slice(0, 300) },
    );
  }
}

// TableName.isLegalTableQualifierName(name, isSnapshot), which SnapshotDescriptionUtils asks.
const SNAPSHOT = /^[_0-9\p{Alphabetic}][-_.0-9\p{Alphabetic}]*$/u;

export const isSnapshotName = (name: string): boolean => SNAPSHOT.test(name) && Buffer.byteLength(name) <= 255;

/** @throws InvalidSnapshotName */
export function checkSnapshotName(name: string): string {
  if (!isSnapshotName(name)) throw new InvalidSnapshotName(name);
  return name;
}
