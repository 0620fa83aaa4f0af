import { type FixtureName, fixture } from '../../support/fixture.ts';

/** The point of a fixture at which a snapshot was taken, and the cells that a reader saw then. */
interface Point {
  readonly snapshots?: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, { readonly scan: string; readonly scanCells: number }>>;
}

/** The cells that a snapshot of a fixture holds. The fixtures of the older lines hold the same cells and leave them out. */
export function truthOf(name: FixtureName, snapshot: string): { readonly cells: Buffer; readonly count: number } {
  const files = fixture(name.startsWith('shop-') ? 'shop' : name);
  const { points } = JSON.parse(files.get('points.json')!.toString()) as { points: Point[] };
  for (const point of points) {
    const table = Object.entries(point.snapshots ?? {}).find(([, taken]) => taken === snapshot)?.[0];
    const scan = table === undefined ? undefined : point.tables[table];
    if (scan !== undefined) return { cells: files.get(scan.scan)!, count: scan.scanCells };
  }
  throw new Error(`fixture ${name} does not say what snapshot ${snapshot} holds`);
}
