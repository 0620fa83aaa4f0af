import { describe, expect, it } from 'vitest';
import { checkSettingForm, mayMean, resolveSetting } from '../../../../core/hbase/attribute-setting.ts';

const TABLES = new Map([
  ['shop:orders', ['d', 'audit']],
  ['sensors', ['m', 'f.x']],
]);

const resolve = (text: string, tables: ReadonlyMap<string, readonly string[]> = TABLES) => {
  const meant = new Map([...tables].filter(([table]) => mayMean(text, table)));
  return resolveSetting(text, meant, [...tables.keys()], 'set.0');
};

describe('a setting of an attribute', () => {
  it.each([
    ['shop:orders:d.TTL=86400', 'shop:orders', 'd', 'TTL', '86400'],
    ['shop:orders:d.TTL=FOREVER', 'shop:orders', 'd', 'TTL', '2147483647'],
    ['shop:orders.DURABILITY=ASYNC_WAL', 'shop:orders', null, 'DURABILITY', 'ASYNC_WAL'],
    ['sensors:m.VERSIONS=1', 'sensors', 'm', 'VERSIONS', '1'],
    ['default:sensors:m.VERSIONS=1', 'sensors', 'm', 'VERSIONS', '1'],
    ['sensors:f.x.BLOOMFILTER=ROW', 'sensors', 'f.x', 'BLOOMFILTER', 'ROW'],
    ['sensors.hbase.hstore.blockingStoreFiles=a=b', 'sensors', null, 'hbase.hstore.blockingStoreFiles', 'a=b'],
    ['sensors:m.hbase.hstore.engine.class=X', 'sensors', 'm', 'hbase.hstore.engine.class', 'X'],
    ['sensors.coprocessor$1=|a.B|1|', 'sensors', null, 'coprocessor$1', '|a.B|1|'],
    ['sensors:m.TTL=', 'sensors', 'm', 'TTL', null],
  ])('%s', (text, table, family, name, value) => {
    expect(resolve(text)).toEqual({ table, family, name, value });
  });

  it.each([
    ['shop:other:d.TTL=1', 'names no table or family that is restored: the tables are shop:orders, sensors'],
    ['shop:orders:x.TTL=1', 'shop:orders has the families d, audit'],
    ['shop:orders:d.TLL=1', 'TLL is no attribute of a family'],
    ['shop:orders.TTL=1', 'TTL is an attribute of a family: TABLE:FAMILY.TTL=VALUE'],
    ['shop:orders:d.DURABILITY=ASYNC_WAL', 'DURABILITY is an attribute of a table: TABLE.DURABILITY=VALUE'],
    ['shop:orders:d.TTL=soon', 'TTL is a whole number from 1 to 2147483647'],
    ['shop:orders:d.TTL=0', 'TTL is a whole number'],
    ['shop:orders:d.VERSIONS=2147483648', 'VERSIONS is a whole number'],
    ['shop:orders:d.KEEP_DELETED_CELLS=yes', 'KEEP_DELETED_CELLS is one of FALSE, TRUE, TTL'],
    ['shop:orders:d.IS_MOB=false', 'IS_MOB cannot be changed'],
    ['shop:orders:d.ENCRYPTION=', 'ENCRYPTION cannot be changed'],
    ['shop:orders.constructor=1', undefined],
    ['shop:orders.SPLIT ENABLED=true', 'SPLIT ENABLED is no attribute of a table'],
  ])('%s is refused: %s', (text, why) => {
    if (why === undefined) expect(resolve(text).name).toBe('constructor');
    else expect(() => resolve(text)).toThrow(why);
  });

  it('is refused if it can be read in two ways; default: tells them apart', () => {
    const both = new Map([...TABLES, ['shop', ['orders']]]);
    expect(() => resolve('shop:orders.TTL=1', both)).toThrow(
      'can be read as TTL of table shop:orders, and as TTL of family orders of table shop',
    );
    expect(resolve('default:shop:orders.TTL=1', both)).toMatchObject({ table: 'shop', family: 'orders' });
    const dots = new Map([...TABLES, ['a', ['f']], ['a.b', ['f']]]);
    expect(() => resolve('a.b.x.y=1', dots)).toThrow('can be read as');
  });

  it.each(['', 'shop:orders', 'a=b', '.TTL=1', 'a=b.c', '=a.b'])('needs its form: %j', (text) => {
    expect(() => checkSettingForm(text, 'set.3')).toThrow('set.3: ');
  });
});
