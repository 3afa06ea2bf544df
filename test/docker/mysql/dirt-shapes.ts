interface Shape {
  readonly name: string;
  /** What is there before; statements before the last one of `migration` run first. */
  readonly before: string;
  readonly migration: string;
  /** The error's number on MySQL, on MariaDB; undefined where it takes every row. */
  readonly codes: readonly [mysql: string, mariadb: string | undefined];
  readonly description: RegExp;
}

const members = `CREATE TABLE teams (id int PRIMARY KEY AUTO_INCREMENT, name varchar(40) NOT NULL);
CREATE TABLE members (id int PRIMARY KEY AUTO_INCREMENT, team_id int, email varchar(100), age int NOT NULL, bio text, joined datetime,
  state enum('new','active','gone') NOT NULL DEFAULT 'new', share decimal(8,2));`;

/** Statements, and the rows of before on which they fail. */
export const shapes: readonly Shape[] = [
  {
    name: 'a unique index',
    before: members,
    migration: 'CREATE UNIQUE INDEX u ON members (email)',
    codes: ['1062', '1062'],
    description: /same email/,
  },
  {
    name: 'a unique key of two columns',
    before: members,
    migration: 'ALTER TABLE members ADD UNIQUE (team_id, email)',
    codes: ['1062', '1062'],
    description: /same team_id, email/,
  },
  {
    name: 'a unique key of an expression',
    before: members,
    migration: 'ALTER TABLE members ADD COLUMN low varchar(100) AS (lower(email)) STORED UNIQUE',
    codes: ['1062', '1062'],
    description: /./,
  },
  {
    name: 'a foreign key',
    before: members,
    migration: 'ALTER TABLE members ADD FOREIGN KEY (team_id) REFERENCES teams (id)',
    codes: ['1452', '1452'],
    description: /in no row of teams/,
  },
  {
    name: 'a check',
    before: members,
    migration: 'ALTER TABLE members ADD CONSTRAINT adult CHECK (age >= 18)',
    codes: ['3819', '4025'],
    description: /does not meet/,
  },
  {
    name: 'NOT NULL',
    before: members,
    migration: 'ALTER TABLE members MODIFY email varchar(100) NOT NULL',
    codes: ['1138', '1265'],
    description: /email is NULL/,
  },
  {
    name: 'NOT NULL with another name',
    before: members,
    migration: 'ALTER TABLE members CHANGE joined joined_at datetime NOT NULL',
    codes: ['1138', '1265'],
    description: /joined is NULL/,
  },
  {
    name: 'a shorter text',
    before: members,
    migration: 'ALTER TABLE members MODIFY email varchar(30)',
    codes: ['1406', '1406'],
    description: /31 characters/,
  },
  {
    name: 'a smaller number',
    before: members,
    migration: 'ALTER TABLE members MODIFY age tinyint NOT NULL',
    codes: ['1264', '1264'],
    description: /the number 128/,
  },
  {
    name: 'a number without a sign',
    before: members,
    migration: 'ALTER TABLE members MODIFY share decimal(8,2) unsigned',
    codes: ['1264', '1264'],
    description: /-1/,
  },
  {
    name: 'a text that becomes a number',
    before: members,
    migration: 'ALTER TABLE members MODIFY email int',
    codes: ['1366', '1292'],
    description: /text 'not a number'|number/,
  },
  {
    name: 'a time that becomes a timestamp',
    before: members,
    migration: 'ALTER TABLE members MODIFY joined timestamp NULL',
    codes: ['1292', '1292'],
    description: /before 1970/,
  },
  {
    name: 'a label that goes',
    before: members,
    migration: "ALTER TABLE members MODIFY state enum('new','active') NOT NULL DEFAULT 'new'",
    codes: ['1265', '1265'],
    description: /label 'gone'/,
  },
  {
    name: 'a smaller charset',
    before: members,
    migration: 'ALTER TABLE members CONVERT TO CHARACTER SET latin1',
    codes: ['1366', '1366'],
    description: /latin1/,
  },
  {
    name: 'a primary key',
    before: 'CREATE TABLE bare (code varchar(20), n int)',
    migration: 'ALTER TABLE bare ADD PRIMARY KEY (code)',
    codes: ['1062', '1062'],
    description: /same code/,
  },
  {
    name: 'a new unique column with one default',
    before: members,
    migration: 'ALTER TABLE teams ADD COLUMN rank_no int NOT NULL DEFAULT 1 UNIQUE',
    codes: ['1062', '1062'],
    description: /2 rows in teams/,
  },
  {
    name: 'a new place without a default',
    before: members,
    migration: 'ALTER TABLE teams ADD COLUMN founded point NOT NULL',
    codes: ['1138', undefined],
    description: /a row in teams/,
  },
  {
    name: 'partitions that leave rows out',
    before: 'CREATE TABLE logs (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))',
    migration: 'ALTER TABLE logs PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (1900))',
    codes: ['1526', '1526'],
    description: /none of the partitions/,
  },
  {
    name: 'a row with a key that is there',
    before: members,
    migration: "INSERT INTO teams (id, name) VALUES (700, 'north')",
    codes: ['1062', '1062'],
    description: /there already, with id = 700/,
  },
  {
    name: 'an update that computes too much',
    before: members,
    migration: 'UPDATE members SET age = age + 1',
    codes: ['1264', '1264'],
    description: /greatest int/,
  },
  {
    name: 'an insert of what is NULL',
    before: members,
    migration: 'INSERT INTO teams (name) SELECT email FROM members',
    codes: ['1048', '1048'],
    description: /email is NULL/,
  },
  {
    name: 'a delete of what is referred to',
    before: `${members} ALTER TABLE members ADD CONSTRAINT of_team FOREIGN KEY (team_id) REFERENCES teams (id)`,
    migration: "DELETE FROM teams WHERE name = 'gone'",
    codes: ['1451', '1451'],
    description: /refers by of_team/,
  },
  {
    name: 'a key after a change of name',
    before: members,
    migration: 'ALTER TABLE members RENAME COLUMN email TO mail; CREATE UNIQUE INDEX u ON members (mail)',
    codes: ['1062', '1062'],
    description: /same email/,
  },
];

/** Statements that no row of before can break, and why. */
export const unbreakable: readonly { readonly migration: string; readonly why: RegExp }[] = [
  { migration: 'ALTER TABLE members ADD COLUMN more int NOT NULL', why: /no row that is there can break it/ },
  { migration: 'CREATE INDEX plain ON members (email)', why: /not unique/ },
  { migration: 'ALTER TABLE members DROP COLUMN bio', why: /looks at no row/ },
  {
    migration: 'SET foreign_key_checks = 0; ALTER TABLE members ADD FOREIGN KEY (team_id) REFERENCES teams (id)',
    why: /foreign_key_checks is off/,
  },
  { migration: 'ALTER TABLE members ADD UNIQUE (id, email)', why: /PRIMARY sees to it already/ },
  { migration: "INSERT IGNORE INTO teams (id, name) VALUES (1, 'x')", why: /IGNORE makes warnings/ },
];

export { members };
