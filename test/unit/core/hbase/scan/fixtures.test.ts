import { expect, test } from 'vitest';
import { asRead, expectedCells, scanOf } from './fixture-scan.ts';

const SNAPSHOTS = [
  ['shop', 'shop-orders-T0', 'shop.orders.T0'],
  ['shop', 'sensors-T0', 'sensors.T0'],
  ['splits', 'crawl-references', 'crawl.references'],
  ['splits', 'crawl-compacted', 'crawl.compacted'],
  ['splits', 'lab-crawl_copy-links', 'lab.crawl_copy.links'],
  ['splits', 'lab-crawl_third-split-links', 'lab.crawl_third.split-links'],
  ['splits', 'gone-dropped', 'gone.dropped'],
  ['tags-mob', 'profiles-T0', 'profiles.T0'],
  ['bulk', 'ledger-T0', 'ledger.T0'],
  ['chain', 'accounts-T0', 'bank.accounts.T0'],
  ['chain', 'events-T0', 'events.T0'],
] as const;

test.each(SNAPSHOTS)('%s: %s has the cells that a scan of HBase saw', async (name, snapshot, point) => {
  const { cells } = await scanOf(name, snapshot);
  const expected = expectedCells(name, `${point}.scan`);
  expect(expected.length).toBeGreaterThan(50);
  expect(asRead(cells)).toEqual(expected);
});

test.each(SNAPSHOTS)('%s: %s has raw what a raw scan of HBase saw', async (name, snapshot, point) => {
  const { cells } = await scanOf(name, snapshot, { isRaw: true });
  expect(asRead(cells)).toEqual(expectedCells(name, `${point}.raw`));
});
