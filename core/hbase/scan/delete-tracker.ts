import { Buffer } from 'node:buffer';
import { CELL_TYPES } from '../hfile/cell-type.ts';

/** ScanDeleteTracker: which cells of a row the delete markers before them hide. Markers and cells come in HBase's order. */
export class DeleteTracker {
  #familyAt = -1n;
  readonly #familyVersions = new Set<bigint>();
  #column: { readonly type: number; readonly timestamp: bigint; readonly qualifier: Buffer } | undefined;

  /** A new row. */
  reset(): void {
    this.#familyAt = -1n;
    if (this.#familyVersions.size > 0) this.#familyVersions.clear();
    this.#column = undefined;
  }

  add(type: number, timestamp: bigint, qualifier: Uint8Array): void {
    if (timestamp <= this.#familyAt) return;
    if (type === CELL_TYPES.DeleteFamily) this.#familyAt = timestamp;
    else if (type === CELL_TYPES.DeleteFamilyVersion) this.#familyVersions.add(timestamp);
    else if (this.#column === undefined || type >= this.#column.type || !this.#column.qualifier.equals(qualifier)) {
      this.#column = { type, timestamp, qualifier: Buffer.from(qualifier) };
    }
  }

  hides(timestamp: bigint, qualifier: Uint8Array): boolean {
    if (timestamp <= this.#familyAt || this.#familyVersions.has(timestamp)) return true;
    const column = this.#column;
    if (column === undefined || !column.qualifier.equals(qualifier)) return false;
    // Markers come before the cells that they hide, so that this one's timestamp is not less than the cell's.
    return column.type === CELL_TYPES.DeleteColumn || column.timestamp === timestamp;
  }
}
