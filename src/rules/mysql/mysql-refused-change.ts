import type { Table } from '../../model/catalog';
import type { ColumnSpecification, Operation } from '../../model/operation';
import { columnType } from '../../plan/mysql/column-type';
import { isInnodb } from '../../plan/mysql/situation';
import { findTable } from '../../schema/lookup';
import { operationRange, perOperation, type RuleContext, type Step } from '../context';
import { version } from '../phrases';
import type { Rule } from '../rule';
import { refusedAutoIncrement } from './refused-change/auto-increment';
import { definedBy, type Keys, type Refusal, typeOf } from './refused-change/definitions';
import { refusedForeignKeys } from './refused-change/foreign-keys';
import { refusedGrownKey, refusedLength } from './refused-change/key-length';
import { refusedName } from './refused-change/long-names';
import { refusedList } from './refused-change/partition-lists';
import { refusedByPartitions, refusedPartitioning } from './refused-change/partitions';
import { refusedRow } from './refused-change/row-length';

const users = { path: '0001_users.sql', text: 'CREATE TABLE users (id int unsigned PRIMARY KEY, bio text);\n' };
const key = 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)';

const tooLong = 'n'.repeat(65);

const parted =
  'CREATE TABLE events (id bigint, at date, team bigint, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2030), PARTITION p1 VALUES LESS THAN MAXVALUE);\n';

export const mysqlRefusedChange: Rule = {
  id: 'mysql-refused-change',
  title: 'Definition that the server always refuses',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `What earlier migrations made of a table decides whether the server takes a definition, whatever the rows are.

- **Foreign keys.** Their columns have to be of the same type as those that they refer to: of integers the size and the sign count (MySQL 3780, MariaDB 1005), also with foreign_key_checks off. What they refer to has to be a key: a whole unique one since MySQL 8.4 (6125), an index that begins with it in MySQL 8.0 (1822) and MariaDB (1005). ON DELETE SET NULL asks for columns that can be NULL (MySQL 1830, MariaDB 1005).
- **Keys.** TEXT, BLOB and JSON columns can't be in an index without a length (1170, and 3152 for JSON) in MySQL, nor in a primary key in MariaDB. InnoDB keeps 3072 bytes of a key (1071), a character of utf8mb4 being 4, and 767 of each column with ROW_FORMAT=COMPACT or REDUNDANT (MySQL 1071, MariaDB 1709). A change of type or of character set makes keys longer, too (MySQL 3886 for CONVERT). MariaDB cuts single columns of indexes that are not unique, and makes a hash of unique ones.
- **Rows.** All columns of a row but the contents of TEXT and BLOB take 65,535 bytes at most (1118), and so does a VARCHAR (1074).
- **AUTO_INCREMENT.** One column of a table, with a key that begins with it (1075).
- **Partitions.** Each unique key has to hold the columns by which the table is partitioned (1503), and no foreign key comes from a partitioned table or goes to one (1506; MariaDB also 1005 and 1217). Nothing comes behind a partition up to MAXVALUE (1481), ranges rise (1493), lists share no value (1495), names are there once (1517) or have to be there (1507, 1735), one partition is left (1508), and a REORGANIZE takes neighbours (1519) and ends where they ended (1520).
- **Names.** They have at most 64 characters (1059; MariaDB 1103 for tables and views, 1166 for a renamed column), those too that a tool puts together from the names of tables and columns.
- **Defaults.** In MySQL a TEXT, BLOB or JSON column can't have a literal as default (1101): an expression in brackets can be one.

The statement fails, and what the migration did before it has been committed.

Where neither column nor table names a character set, lengths are those of utf8mb4, the default of MySQL and of MariaDB since 11.6, and the message says so. Silent where the type or the keys of a table are not known, for character sets, which have to be the same as well, and for lengths where the migration sets sql_mode.`,
  bad: [
    {
      title: 'A signed column for an unsigned key, a whole text in an index, and a default of a text',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int);\n${key};\nCREATE INDEX by_bio ON users (bio);\nALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';\n`,
        },
      ],
      findings: [
        { at: key, says: 'user_id is int, and users.id is int unsigned' },
        { at: 'CREATE INDEX by_bio ON users (bio)', says: '1170' },
        { at: "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT ''", says: '1101' },
      ],
    },
    {
      title: 'On MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int);\n${key};\nCREATE TABLE t (a text PRIMARY KEY);\n`,
        },
      ],
      findings: [
        { at: key, says: '1005' },
        { at: 'CREATE TABLE t (a text PRIMARY KEY)', says: '1170' },
      ],
    },
    {
      title: 'Keys that are too long, and numbers without a key',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE pages (url varchar(1000) PRIMARY KEY);\nCREATE TABLE sites (host varchar(500), path varchar(500), INDEX by_both (host, path));\nCREATE TABLE counts (id bigint AUTO_INCREMENT, name varchar(20));\nCREATE TABLE rooms (id bigint AUTO_INCREMENT PRIMARY KEY);\nALTER TABLE rooms ADD COLUMN place int AUTO_INCREMENT UNIQUE;\nCREATE TABLE names (name text, PRIMARY KEY (name(769)));\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE pages (url varchar(1000) PRIMARY KEY)', says: '4000 bytes' },
        { at: 'CREATE TABLE sites (host varchar(500), path varchar(500), INDEX by_both (host, path))', says: '1071' },
        { at: 'CREATE TABLE counts (id bigint AUTO_INCREMENT, name varchar(20))', says: 'no key of counts begins with it' },
        { at: 'ALTER TABLE rooms ADD COLUMN place int AUTO_INCREMENT UNIQUE', says: '1075' },
        { at: 'CREATE TABLE names (name text, PRIMARY KEY (name(769)))', says: '3076 bytes' },
      ],
    },
    {
      title: 'Foreign keys that set NULL, and that refer to no key',
      framework: 'sql',
      engines: ['mysql 8.4', 'mysql 9'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, team bigint, name varchar(20), INDEX by_team (team));\n' },
        {
          path: '0002_u.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL, team bigint);\nALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL;\nALTER TABLE orders ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES users (team);\nCREATE TABLE codes (name varchar(769), UNIQUE KEY one (name));\nCREATE TABLE old (name varchar(192), KEY by_name (name)) ROW_FORMAT=COMPACT CHARSET=utf8mb4;\n',
        },
      ],
      findings: [
        {
          at: 'ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL',
          says: '1830',
        },
        { at: 'ALTER TABLE orders ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES users (team)', says: '6125' },
        { at: 'CREATE TABLE codes (name varchar(769), UNIQUE KEY one (name))', says: '3076 bytes' },
        { at: 'CREATE TABLE old (name varchar(192), KEY by_name (name)) ROW_FORMAT=COMPACT CHARSET=utf8mb4', says: '767' },
      ],
    },
    {
      title: 'The same on MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, team bigint);\n' },
        {
          path: '0002_u.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL, team bigint);\nALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL;\nALTER TABLE orders ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES users (team);\nCREATE TABLE old (name varchar(192), KEY by_name (name)) ROW_FORMAT=COMPACT CHARSET=utf8mb4;\n',
        },
      ],
      findings: [
        {
          at: 'ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL',
          says: '1005',
        },
        { at: 'ALTER TABLE orders ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES users (team)', says: 'no index of users' },
        { at: 'CREATE TABLE old (name varchar(192), KEY by_name (name)) ROW_FORMAT=COMPACT CHARSET=utf8mb4', says: '1709' },
      ],
    },
    {
      title: 'Names that are too long, of tables, columns, indexes and keys',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_n.sql',
          text: `CREATE TABLE ${tooLong} (id int PRIMARY KEY);\nALTER TABLE users ADD COLUMN ${tooLong} int;\nALTER TABLE users RENAME COLUMN bio TO ${tooLong};\nCREATE INDEX ${tooLong} ON users (id);\nALTER TABLE users ADD CONSTRAINT ${tooLong} CHECK (id > 0);\nRENAME TABLE users TO ${tooLong};\nCREATE VIEW ${tooLong} AS SELECT 1;\n`,
        },
      ],
      findings: [
        { at: `CREATE TABLE ${tooLong} (id int PRIMARY KEY)`, says: '65 characters' },
        { at: `ALTER TABLE users ADD COLUMN ${tooLong} int`, says: '1059' },
        { at: `ALTER TABLE users RENAME COLUMN bio TO ${tooLong}`, says: '1166' },
        { at: `CREATE INDEX ${tooLong} ON users (id)`, says: '1059' },
        { at: `ALTER TABLE users ADD CONSTRAINT ${tooLong} CHECK (id > 0)`, says: '1059' },
        { at: `RENAME TABLE users TO ${tooLong}`, says: tooLong },
        { at: `CREATE VIEW ${tooLong} AS SELECT 1`, says: tooLong },
      ],
    },
    {
      title: 'Partitioned tables',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: `${parted}CREATE TABLE teams (id bigint PRIMARY KEY, at date NOT NULL);\n` },
        {
          path: '0002_u.sql',
          text: 'CREATE TABLE logs (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2030));\nALTER TABLE events ADD UNIQUE KEY one_id (id);\nALTER TABLE teams PARTITION BY HASH (YEAR(at)) PARTITIONS 4;\nALTER TABLE events ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES teams (id);\nALTER TABLE events ADD PARTITION (PARTITION p2 VALUES LESS THAN (2040));\n',
        },
      ],
      findings: [
        {
          at: 'CREATE TABLE logs (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2030))',
          says: '1503',
        },
        { at: 'ALTER TABLE events ADD UNIQUE KEY one_id (id)', says: 'partitioned by at' },
        { at: 'ALTER TABLE teams PARTITION BY HASH (YEAR(at)) PARTITIONS 4', says: 'the primary key does not' },
        { at: 'ALTER TABLE events ADD CONSTRAINT of_team FOREIGN KEY (team) REFERENCES teams (id)', says: '1506' },
        { at: 'ALTER TABLE events ADD PARTITION (PARTITION p2 VALUES LESS THAN (2040))', says: '1481' },
      ],
    },
    {
      title: 'Rows and keys that are too long, also through MODIFY and another character set',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE wide (id int PRIMARY KEY, a varchar(10000), b varchar(6000)) CHARACTER SET utf8mb4;\nCREATE TABLE lines_ (id int PRIMARY KEY, code varchar(1000), body varchar(30000)) CHARACTER SET latin1;\nCREATE TABLE labels (id int PRIMARY KEY, label varchar(1000), UNIQUE KEY one (label)) CHARACTER SET latin1;\nCREATE TABLE codes (id int PRIMARY KEY, code varchar(1000), KEY by_code (code)) CHARACTER SET latin1;\n',
        },
        {
          path: '0002_w.sql',
          text: 'ALTER TABLE wide ADD COLUMN c varchar(500), ADD COLUMN d int;\nALTER TABLE wide MODIFY b varchar(17000);\nALTER TABLE lines_ CONVERT TO CHARACTER SET utf8mb4;\nALTER TABLE labels CONVERT TO CHARACTER SET utf8mb4;\nALTER TABLE codes MODIFY code varchar(3500);\nCREATE TABLE pages (id int PRIMARY KEY, url varchar(1000), KEY by_url (url));\n',
        },
      ],
      findings: [
        { at: 'ADD COLUMN c varchar(500)', says: '1118' },
        { at: 'ALTER TABLE wide MODIFY b varchar(17000)', says: '1074' },
        { at: 'ALTER TABLE lines_ CONVERT TO CHARACTER SET utf8mb4', says: '1074' },
        { at: 'ALTER TABLE labels CONVERT TO CHARACTER SET utf8mb4', says: '3886' },
        { at: 'ALTER TABLE codes MODIFY code varchar(3500)', says: '1071' },
        { at: 'CREATE TABLE pages (id int PRIMARY KEY, url varchar(1000), KEY by_url (url))', says: 'utf8mb4 is the default' },
      ],
    },
    {
      title: 'Lists of partitions',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "CREATE TABLE logs (day int) PARTITION BY RANGE (day) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION c VALUES LESS THAN (30));\nCREATE TABLE zones (id int) PARTITION BY LIST (id) (PARTITION east VALUES IN (1, 2), PARTITION west VALUES IN (3));\nCREATE TABLE days (at datetime) PARTITION BY RANGE COLUMNS (at) (PARTITION jan VALUES LESS THAN ('2024-02-01'), PARTITION feb VALUES LESS THAN ('2024-03-01'));\n",
        },
        {
          path: '0002_p.sql',
          text: 'ALTER TABLE logs DROP PARTITION x;\nALTER TABLE logs TRUNCATE PARTITION x;\nALTER TABLE logs ADD PARTITION (PARTITION B VALUES LESS THAN (40));\nALTER TABLE zones DROP PARTITION East, west;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE logs DROP PARTITION x', says: '1507' },
        { at: 'ALTER TABLE logs TRUNCATE PARTITION x', says: '1735' },
        { at: 'ALTER TABLE logs ADD PARTITION (PARTITION B VALUES LESS THAN (40))', says: '1517' },
        { at: 'ALTER TABLE zones DROP PARTITION East, west', says: '1508' },
      ],
    },
    {
      title: 'Limits and values of partitions',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "CREATE TABLE zones (id int) PARTITION BY LIST (id) (PARTITION east VALUES IN (1, 2), PARTITION west VALUES IN (3));\nCREATE TABLE days (at datetime) PARTITION BY RANGE COLUMNS (at) (PARTITION jan VALUES LESS THAN ('2024-02-01'), PARTITION feb VALUES LESS THAN ('2024-03-01'));\n",
        },
        {
          path: '0002_p.sql',
          text: "CREATE TABLE cuts (day int) PARTITION BY RANGE (day) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION c VALUES LESS THAN (30));\nALTER TABLE cuts REORGANIZE PARTITION b INTO (PARTITION b1 VALUES LESS THAN (15), PARTITION b2 VALUES LESS THAN (18));\nALTER TABLE cuts REORGANIZE PARTITION a, c INTO (PARTITION e VALUES LESS THAN (30));\nALTER TABLE zones ADD PARTITION (PARTITION south VALUES IN (4, 2));\nALTER TABLE days ADD PARTITION (PARTITION mar VALUES LESS THAN ('2024-02-15 00:00:00'));\nCREATE TABLE ends (at date) PARTITION BY RANGE (TO_DAYS(at)) (PARTITION a VALUES LESS THAN (TO_DAYS('2024-02-01')), PARTITION b VALUES LESS THAN (TO_DAYS('2024-01-01')));\nCREATE TABLE most (id int) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN MAXVALUE, PARTITION b VALUES LESS THAN (3));\n",
        },
      ],
      findings: [
        {
          at: 'ALTER TABLE cuts REORGANIZE PARTITION b INTO (PARTITION b1 VALUES LESS THAN (15), PARTITION b2 VALUES LESS THAN (18))',
          says: '1520',
        },
        { at: 'ALTER TABLE cuts REORGANIZE PARTITION a, c INTO (PARTITION e VALUES LESS THAN (30))', says: '1519' },
        { at: 'ALTER TABLE zones ADD PARTITION (PARTITION south VALUES IN (4, 2))', says: '1495' },
        { at: "ALTER TABLE days ADD PARTITION (PARTITION mar VALUES LESS THAN ('2024-02-15 00:00:00'))", says: '1493' },
        {
          at: "CREATE TABLE ends (at date) PARTITION BY RANGE (TO_DAYS(at)) (PARTITION a VALUES LESS THAN (TO_DAYS('2024-02-01')), PARTITION b VALUES LESS THAN (TO_DAYS('2024-01-01')))",
          says: '1493',
        },
        {
          at: 'CREATE TABLE most (id int) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN MAXVALUE, PARTITION b VALUES LESS THAN (3))',
          says: '1481',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Rows and keys that are just short enough',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE wide (id int NOT NULL PRIMARY KEY, a varchar(16380) NOT NULL) CHARACTER SET utf8mb4;\nCREATE TABLE lines_ (id int PRIMARY KEY, code varchar(3000), body varchar(30000), KEY one (code)) CHARACTER SET latin1;\n',
        },
        {
          path: '0002_w.sql',
          text: 'ALTER TABLE lines_ MODIFY code varchar(3072), ADD COLUMN more longtext, ADD COLUMN b varchar(30000);\n',
        },
      ],
    },
    {
      title: 'MariaDB before 11.6 takes latin1 where no character set is named',
      framework: 'sql',
      engines: ['mariadb 10.11'],
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE pages (url varchar(1000) PRIMARY KEY);\n' }],
    },
    {
      title: 'Lists of partitions that rise, are cut where others end, and grow at the end',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "CREATE TABLE logs (day int) PARTITION BY RANGE (day) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION c VALUES LESS THAN (30));\nCREATE TABLE zones (id int) PARTITION BY LIST (id) (PARTITION east VALUES IN (1, 2), PARTITION west VALUES IN (3));\nCREATE TABLE days (at datetime) PARTITION BY RANGE COLUMNS (at) (PARTITION jan VALUES LESS THAN ('2024-02-01'), PARTITION feb VALUES LESS THAN ('2024-02-01 10:00:00'));\n",
        },
        {
          path: '0002_p.sql',
          text: "ALTER TABLE logs REORGANIZE PARTITION a, b INTO (PARTITION a1 VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (20));\nALTER TABLE logs REORGANIZE PARTITION c INTO (PARTITION c VALUES LESS THAN (25), PARTITION d VALUES LESS THAN (40));\nALTER TABLE logs ADD PARTITION (PARTITION e VALUES LESS THAN (50), PARTITION f VALUES LESS THAN MAXVALUE);\nALTER TABLE logs DROP PARTITION a1;\nALTER TABLE logs TRUNCATE PARTITION ALL;\nALTER TABLE zones ADD PARTITION (PARTITION south VALUES IN (4, NULL));\nALTER TABLE days ADD PARTITION (PARTITION mar VALUES LESS THAN ('2024-02-15 00:00:00'));\n",
        },
      ],
    },
    {
      title: 'A name of 64 characters, whatever bytes they take',
      framework: 'sql',
      files: [users, { path: '0002_n.sql', text: `CREATE TABLE \`${'ä'.repeat(64)}\` (id int PRIMARY KEY);\n` }],
    },
    {
      title: 'Keys that fit, numbers with a key, SET NULL where NULL can be, partitions by the key',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `${parted}CREATE TABLE pages (url varchar(768) PRIMARY KEY, code varbinary(3000), UNIQUE KEY (code));\nCREATE TABLE sites (host varchar(500), path varchar(500), INDEX by_both (host(300), path(300)));\nCREATE TABLE latin (name varchar(3000), PRIMARY KEY (name)) CHARSET=latin1;\nCREATE TABLE counts (id bigint AUTO_INCREMENT, name varchar(20), KEY (id, name));\nCREATE TABLE later (id bigint, name varchar(20));\nALTER TABLE later MODIFY id bigint AUTO_INCREMENT, ADD PRIMARY KEY (id);\nALTER TABLE sites ADD COLUMN id serial;\nCREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) UNIQUE);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, email varchar(100), FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL, FOREIGN KEY (email) REFERENCES users (email));\nCREATE TABLE old (name varchar(191), KEY by_name (name)) ROW_FORMAT=COMPACT;\nCREATE TABLE mine (a bigint AUTO_INCREMENT, b bigint, KEY (b, a)) ENGINE=MyISAM;\nALTER TABLE events ADD UNIQUE KEY one_team (team, at);\nALTER TABLE later DROP PRIMARY KEY, ADD PRIMARY KEY (id, name) PARTITION BY KEY (name) PARTITIONS 4;\n`,
        },
      ],
    },
    {
      title: 'MariaDB cuts long indexes, and makes a hash of unique ones; any index can be referred to',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE pages (url varchar(1000), host varchar(1000), INDEX by_url (url), UNIQUE KEY one (url, host));\nCREATE TABLE users (id bigint PRIMARY KEY, team bigint, INDEX by_team (team));\nCREATE TABLE orders (id bigint PRIMARY KEY, team bigint, FOREIGN KEY (team) REFERENCES users (team));\n',
        },
      ],
    },
    {
      title: 'The same type, a length, an expression',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int unsigned);\n${key};\nCREATE INDEX by_bio ON users (bio(20));\nCREATE FULLTEXT INDEX in_bio ON users (bio);\nALTER TABLE orders ADD COLUMN note text DEFAULT ('');\nALTER TABLE orders ADD COLUMN more text DEFAULT NULL;\n`,
        },
        {
          path: '0003_n.sql',
          text: 'CREATE TABLE codes (code varchar(20) PRIMARY KEY);\nCREATE TABLE uses (id bigint PRIMARY KEY, code char(30), CONSTRAINT uses_code FOREIGN KEY (code) REFERENCES codes (code));\n',
        },
      ],
    },
    {
      title: 'Tables that keep no foreign keys',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int) ENGINE=MyISAM;\n${key};\nCREATE TABLE visits (id bigint PRIMARY KEY, user_id int, FOREIGN KEY (user_id) REFERENCES users (id)) ENGINE=MEMORY;\n`,
        },
      ],
    },
    {
      title: 'MariaDB takes a text as default and as key of an index',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        users,
        { path: '0002_c.sql', text: "CREATE INDEX by_bio ON users (bio);\nALTER TABLE users ADD COLUMN note text NOT NULL DEFAULT '';\n" },
      ],
    },
  ],
  check: (context) =>
    perOperation(context, (step, operation) => {
      const said = refusal(context, step, operation);
      return said === undefined ? undefined : { range: operationRange(context, step.statement, operation), ...said, fixes: [] };
    }),
};

function refusal(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  const outright =
    refusedName(context, operation) ?? refusedList(context, step, operation) ?? refusedPartitioning(context, step, operation);
  if (outright !== undefined) return outright;
  const made = definedBy(step, operation);
  const table = made && findTable(step.after, made.table);
  if (made === undefined || table === undefined) return undefined;
  for (const column of made.columns) {
    const said = refusedDefault(context, column);
    if (said !== undefined) return said;
  }
  for (const index of made.indexes) {
    const said = refusedKey(context, table, index) ?? refusedLength(context, table, index);
    if (said !== undefined) return said;
  }
  const grown = refusedRow(context, table, made) ?? refusedGrownKey(context, step, table, made);
  if (grown !== undefined) return grown;
  const said = refusedAutoIncrement(context, table, made) ?? refusedByPartitions(context, table, made);
  // Tables of other engines keep no foreign keys: the server passes over them.
  return said ?? (isInnodb(table) ? refusedForeignKeys(context, step, table, made) : undefined);
}

const long = /^(?:tiny|medium|long)?(?:text|blob)$|^json$/;

function refusedDefault(context: RuleContext, { name, type, default: initial }: ColumnSpecification): Refusal | undefined {
  if (context.engine.name !== 'mysql' || initial === undefined || initial.expression || /^null$/i.test(initial.text)) return undefined;
  const { base } = columnType(type);
  if (!long.test(base)) return undefined;
  return {
    message: `${version(context)} refuses this (1101): ${name} is ${base}, which can't have the literal ${initial.text} as its default.`,
    help: `Write it as an expression, DEFAULT (${initial.text}), or leave it out.`,
  };
}

function refusedKey(context: RuleContext, table: Table, { primary, parts }: Keys): Refusal | undefined {
  if (context.engine.name !== 'mysql' && !primary) return undefined;
  for (const { column, length } of parts) {
    const type = column === undefined || length !== undefined ? undefined : typeOf(table, column);
    if (type === undefined || !long.test(type.base)) continue;
    const isJson = type.base === 'json';
    return {
      message: `${version(context)} refuses this (${isJson ? '3152' : '1170'}): ${column} is ${type.base}, which can't be in an index ${isJson ? 'as a whole' : 'without a length'}.`,
      help: isJson
        ? 'Index a value in it: a generated column, or an expression.'
        : `Say how much of it, ${column}(100), or make it a VARCHAR.`,
    };
  }
  return undefined;
}
