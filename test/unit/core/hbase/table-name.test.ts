import { describe, expect, test } from 'vitest';
import { formatTableName, InvalidTableName, parseTableName, tablePath } from '../../../../core/hbase/table-name.ts';

describe('a table name', () => {
  test.each([
    ['orders', 'orders', 'default/orders'],
    ['default:orders', 'orders', 'default/orders'],
    ['shop:orders', 'shop:orders', 'shop/orders'],
    ['ns_1:a.b-c_9', 'ns_1:a.b-c_9', 'ns_1/a.b-c_9'],
    ['läden:bücher', 'läden:bücher', 'läden/bücher'],
  ])('%s is printed as %s and lies in %s', (text, printed, path) => {
    expect(formatTableName(parseTableName(text))).toBe(printed);
    expect(tablePath(parseTableName(text))).toBe(path);
  });

  test.each([
    ['', 'the qualifier is empty'],
    [':t', 'the namespace is empty'],
    ['ns:', 'the qualifier is empty'],
    ['..', 'does not begin with'],
    ['ns:../../x', 'does not begin with'],
    ['-t', 'does not begin with'],
    ['a/b', 'a qualifier has'],
    ['a/b:t', 'a namespace has'],
    ['n.s:t', 'a namespace has'],
    ['ns:a:b', 'a qualifier has'],
    ['ns:t\n', 'a qualifier has'],
    ['ns:t\0', 'a qualifier has'],
    ['ns:t=x', 'a qualifier has'],
    ['ns:zookeeper', 'reserves'],
    [`ns:${'x'.repeat(256)}`, 'longer than'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseTableName(text)).toThrow(InvalidTableName);
    expect(() => parseTableName(text)).toThrow(reason);
  });
});
