import { expect, test } from 'vitest';
import type { Engine } from '../../../src/model/engine';
import { serverExpression } from '../../../src/schema/mysql/expression';
import { tableOfShowCreate } from '../../../src/schema/mysql/show-create';
import { serverDefault, serverType } from '../../../src/schema/mysql/types';

const mysql: Engine = { name: 'mysql', major: 9 };
const mariadb: Engine = { name: 'mariadb', major: 11 };

// Left as written; then what SHOW CREATE TABLE of MySQL 9.7 and MariaDB 11.8 has shown for it.
test.each([
  ['integer', 'int', 'int(11)'],
  ['int unsigned', 'int unsigned', 'int(10) unsigned'],
  ['int zerofill', 'int(10) unsigned zerofill', 'int(10) unsigned zerofill'],
  ['bool', 'tinyint(1)', 'tinyint(1)'],
  ['tinyint(2)', 'tinyint', 'tinyint(2)'],
  ['dec', 'decimal(10,0)', 'decimal(10,0)'],
  ['numeric(5)', 'decimal(5,0)', 'decimal(5,0)'],
  ['float(30)', 'double', 'double'],
  ['char', 'char(1)', 'char(1)'],
  ['text(100)', 'text', 'text'],
  ['blob(70000)', 'mediumblob', 'mediumblob'],
  ['datetime(0)', 'datetime', 'datetime'],
  ['year', 'year', 'year(4)'],
  ["enum( 'a' , 'b' )", "enum('a','b')", "enum('a','b')"],
])('the type %s', (text, ofMysql, ofMariadb) => {
  expect([serverType(text, mysql).type, serverType(text, mariadb).type]).toEqual([ofMysql, ofMariadb]);
});

test.each([
  ['2', 'decimal(5,1)', "'2.0'", '2.0'],
  ['true', 'tinyint(1)', "'1'", '1'],
  ['0x10', 'int', "'16'", '16'],
  ['3', 'bit(4)', "b'11'", "b'11'"],
  ["'2024-1-5'", 'date', "'2024-01-05'", "'2024-01-05'"],
  ["'2024-01-01'", 'datetime', "'2024-01-01 00:00:00'", "'2024-01-01 00:00:00'"],
  ['5', 'varchar(4)', "'5'", "'5'"],
  ['now(3)', 'datetime(3)', 'CURRENT_TIMESTAMP(3)', 'current_timestamp(3)'],
])('the default %s of %s', (text, type, ofMysql, ofMariadb) => {
  expect([serverDefault(text, type, mysql), serverDefault(text, type, mariadb)]).toEqual([ofMysql, ofMariadb]);
});

test.each([
  ['a+b*2>3 and not (b=1)', '(((`a` + (`b` * 2)) > 3) and (`b` <> 1))', '`a` + `b` * 2 > 3 and `b` <> 1'],
  ["n in ('x','y') or d is not null", "((`n` in (_utf8mb4'x',_utf8mb4'y')) or (`d` is not null))", "`n` in ('x','y') or `d` is not null"],
  [
    "length(n)>=3 && upper(n) like 'A%'",
    "((length(`n`) >= 3) and (upper(`n`) like _utf8mb4'A%'))",
    "octet_length(`n`) >= 3 and ucase(`n`) like 'A%'",
  ],
  ['a between 1 and 2', '(`a` between 1 and 2)', '`a` between 1 and 2'],
  ["n regexp '^a'", "regexp_like(`n`,_utf8mb4'^a')", "`n` regexp '^a'"],
  ['case when a>1 then b else -a end', '(case when (`a` > 1) then `b` else -(`a`) end)', 'case when `a` > 1 then `b` else -`a` end'],
  ['d + interval 1 day', '(`d` + interval 1 day)', '`d` + interval 1 day'],
  ['cast(a as unsigned)', 'cast(`a` as unsigned)', 'cast(`a` as unsigned)'],
])('the expression %s', (text, ofMysql, ofMariadb) => {
  expect([serverExpression(text, mysql), serverExpression(text, mariadb)]).toEqual([ofMysql, ofMariadb]);
});

test('SHOW CREATE TABLE is read: collations beside the table own one, checks, partitions', () => {
  const table = tableOfShowCreate(
    `CREATE TABLE \`t\` (
  \`a\` int NOT NULL AUTO_INCREMENT,
  \`b\` varchar(3) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s, (b)' COMMENT 'x, y',
  \`c\` int GENERATED ALWAYS AS ((\`a\` + 1)) STORED,
  PRIMARY KEY (\`a\`),
  UNIQUE KEY \`u\` (\`b\`(2) DESC),
  CONSTRAINT \`k\` FOREIGN KEY (\`a\`) REFERENCES \`p\` (\`id\`),
  CONSTRAINT \`positive\` CHECK ((\`a\` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='it''s'
/*!50100 PARTITION BY HASH (\`a\`)
PARTITIONS 4 */`,
    mysql,
  );
  expect(table.columns.map(({ name, collation, default: value, generated }) => [name, collation, value, generated?.kind])).toEqual([
    ['a', undefined, undefined, undefined],
    ['b', 'latin1_bin', "'it''s, (b)'", undefined],
    ['c', undefined, undefined, 'stored'],
  ]);
  expect(table.constraints.map(({ name, kind, enforced, references }) => [name, kind, enforced, references])).toEqual([
    ['PRIMARY', 'primary key', true, undefined],
    ['k', 'foreign key', true, 'p'],
    ['positive', 'check', false, undefined],
  ]);
  expect(table.indexes.map(({ name, unique, keys }) => [name, unique, keys])).toEqual([
    ['PRIMARY', true, ['a']],
    ['u', true, ['b']],
  ]);
  expect([table.comment, table.partitionKey, table.options]).toEqual([
    "it's",
    'HASH (`a`)PARTITIONS 4',
    ['charset=utf8mb4', 'collate=utf8mb4_0900_ai_ci', 'engine=InnoDB'],
  ]);
});
