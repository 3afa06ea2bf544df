import { describe, expect, test } from 'vitest';
import { formOf } from '../../../../src/engines/mysql/generate-rows/form';
import { valueFor } from '../../../../src/engines/mysql/generate-rows/values';
import { rewrittenTables } from '../../../../src/engines/mysql/measure/tables';
import { transactionName } from '../../../../src/engines/mysql/snapshot/objects';
import { ownText, withoutDatabase, withoutEnd } from '../../../../src/engines/mysql/snapshot/texts';

describe('definitions of the database in use', () => {
  test('lose its name where it qualifies, and nowhere else', () => {
    const text = "select `shop_1`.`a`.`id`, shop_1.b.x, 'shop_1.a', `shop_1_2`.`c`, `t`.`shop_1` from `shop_1`.`a` -- shop_1.a";
    expect(withoutDatabase(text, 'shop_1')).toBe("select `a`.`id`, b.x, 'shop_1.a', `shop_1_2`.`c`, `t`.`shop_1` from `a` -- shop_1.a");
  });

  test('lose a definer who is the one that reads, and keep any other', () => {
    const self = { database: 'shop', user: 'root@%' };
    expect(ownText('CREATE DEFINER=`root`@`localhost` VIEW `v` AS select 1', self)).toBe('CREATE VIEW `v` AS select 1');
    expect(ownText('CREATE DEFINER=`app`@`%` VIEW `v` AS select 1', self)).toBe('CREATE DEFINER=`app`@`%` VIEW `v` AS select 1');
  });

  test('end without what ended the statement in its file', () => {
    expect(withoutEnd('BEGIN SELECT 1; END ;\n')).toBe('BEGIN SELECT 1; END');
  });

  test('name a prepared transaction as XA COMMIT takes it', () => {
    expect(transactionName({ data: 'halfdone', gtrid_length: 4, bqual_length: 4 })).toBe("'half','done'");
    expect(transactionName({ data: Buffer.from("it's"), gtrid_length: 4, bqual_length: 0 })).toBe("'it''s'");
  });
});

describe('generated values', () => {
  const value = (type: string, row: number, name = 'c') =>
    valueFor(formOf({ identity: name, name, type, notNull: false }), { row, salt: 's', name });

  test('fit their types at the edges', () => {
    expect(value('tinyint', 300)).toBe('46');
    expect(value('decimal(3,3)', 7)).toBe('0.007');
    expect(value('decimal(2,0)', 107)).toBe('7');
    expect(value('char(2)', 28)).toBe("'BB'");
    expect(value('varchar(0)', 5)).toBe("''");
    expect(value('varchar(9)', 123_456_789_012)).toBe("'456789012'");
    expect(value('binary(2)', 258)).toBe("X'0102'");
    expect(value("enum('it''s')", 1)).toBe("'it''s'");
    expect(value('vector(2)', 1)).toMatch(/^X'[0-9a-f]{16}'$/);
    expect(value('unheard', 1)).toBeUndefined();
  });

  test('differ from row to row, and are the same each time', () => {
    const series = (type: string) => Array.from({ length: 50 }, (_, at) => value(type, at + 1));
    for (const type of ['varchar(12)', 'varchar(200)', 'int', 'decimal(10,2)', 'datetime(3)', 'binary(16)', 'date', 'double']) {
      expect(new Set(series(type)).size).toBe(50);
      expect(series(type)).toEqual(series(type));
    }
  });
});

test('a table is written anew when it has a file that none had before', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['logs#p#p0', '3'],
    ['logs#p#p1', '4'],
  ]);
  const swapped = new Map([...before, ['a', '2'], ['b', '1']] as [string, string][]);
  expect(rewrittenTables(before, swapped)).toEqual([]);
  const rebuilt = new Map([...before, ['a', '9'], ['logs#p#p0', '10'], ['logs#p#p1', '11'], ['new', '12']] as [string, string][]);
  expect(rewrittenTables(before, rebuilt)).toEqual(['a', 'logs']);
});
