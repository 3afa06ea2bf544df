import type { EngineName } from '../../../src/model/engine';

/** A migration of MySQL that stopped, and what has to be found and done about it. */
export interface RecoveryCase {
  readonly name: string;
  readonly only?: EngineName;
  /** The mode that must be found, among others. */
  readonly mode: string;
  readonly base: string;
  readonly migration: string;
  /** Statements that are done. */
  readonly completed: number;
  /** What else was done in the partial database, as it happens when something is stopped. */
  readonly interrupt?: readonly string[];
  /** What is said to be lost, by way; absent where the way is verified whole. */
  readonly loses?: { readonly back?: RegExp; readonly forward?: RegExp };
  /** What the executed steps must say, by way. */
  readonly says?: { readonly back?: RegExp; readonly forward?: RegExp };
}

const people = `CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(80), country VARCHAR(20), points INT NOT NULL DEFAULT 0, touched TIMESTAMP(6) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(6));
INSERT INTO people (email, country, points) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT CONCAT('p', i, '@example.com'), IF(i % 2 = 0, 'Germany', 'France'), i FROM n;`;

const orders = `${people}
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, person_id INT NOT NULL, total DECIMAL(8,2) NOT NULL, CONSTRAINT orders_person FOREIGN KEY (person_id) REFERENCES people (id));
INSERT INTO orders (person_id, total) SELECT id, points FROM people;`;

export const recoveryCases: readonly RecoveryCase[] = [
  {
    name: 'statement 3 of 5 failed',
    mode: 'statements committed one by one',
    base: orders,
    migration:
      'ALTER TABLE people ADD COLUMN age INT; CREATE INDEX by_total ON orders (total); ALTER TABLE people MODIFY email VARCHAR(200) NOT NULL; CREATE TABLE tags (id INT PRIMARY KEY, person_id INT, FOREIGN KEY (person_id) REFERENCES people (id)); DROP INDEX by_total ON orders',
    completed: 2,
    says: { back: /DROP INDEX `by_total`[\s\S]*|DROP COLUMN `age`/, forward: /MODIFY email/ },
  },
  {
    name: 'a column and its foreign key are gone already',
    mode: 'statements committed one by one',
    base: orders,
    migration:
      'ALTER TABLE orders DROP FOREIGN KEY orders_person; ALTER TABLE orders DROP COLUMN person_id; ALTER TABLE orders ADD INDEX (total)',
    completed: 2,
    loses: { back: /values of orders\.person_id/ },
    says: { back: /ADD COLUMN `person_id`/, forward: /ADD INDEX/ },
  },
  {
    name: 'one of two renames of a swap',
    mode: 'table swap incomplete',
    base: orders,
    migration:
      'CREATE TABLE people_new LIKE people; INSERT INTO people_new SELECT * FROM people; ALTER TABLE people RENAME TO people_old; ALTER TABLE people_new RENAME TO people',
    completed: 3,
    says: { back: /RENAME TABLE `people_old` TO `people`/, forward: /people_new RENAME TO people/ },
  },
  {
    name: 'a new column is filled in some rows, batch by batch',
    mode: 'half a batch or backfill',
    base: people,
    migration:
      'ALTER TABLE people ADD COLUMN land VARCHAR(20); UPDATE people SET land = country WHERE land IS NULL; ALTER TABLE people MODIFY land VARCHAR(20) NOT NULL',
    completed: 1,
    interrupt: ['UPDATE people SET land = country WHERE id <= 15'],
    says: { back: /DROP COLUMN `land`/, forward: /MODIFY land/ },
  },
  {
    name: 'numbers were raised in some rows',
    mode: 'half a batch or backfill',
    base: people,
    migration: 'UPDATE people SET points = points + 100; ALTER TABLE people ADD INDEX (points)',
    completed: 0,
    interrupt: ['UPDATE people SET points = points + 100, touched = touched WHERE id <= 15'],
    says: { back: /`points` = `points` - 100, `touched` = `touched`/ },
  },
  {
    name: 'rows came twice',
    mode: 'duplicates after a retry',
    base: people,
    migration: "INSERT INTO people (email, country) VALUES ('new1', 'x'), ('new2', 'x'); ALTER TABLE people ADD COLUMN z INT",
    completed: 1,
    interrupt: [
      "INSERT INTO people (email, country) VALUES ('new1', 'x'), ('new2', 'x')",
      "INSERT INTO people (email, country) VALUES ('new1', 'x'), ('new2', 'x')",
    ],
    says: { back: /DELETE FROM `people`/, forward: /DELETE t FROM `people` t JOIN/ },
  },
  {
    name: 'rows stand in the way of a unique index',
    mode: 'rows that break a statement',
    base: `${people} UPDATE people SET email = 'same' WHERE id IN (3, 4, 5);`,
    migration:
      'ALTER TABLE people ADD COLUMN z INT; DELETE FROM people WHERE id IN (4, 5); CREATE UNIQUE INDEX one_email ON people (email)',
    completed: 2,
    interrupt: ["INSERT INTO people (id, email) VALUES (4, 'same'), (5, 'same')"],
    loses: { back: /./, forward: /share|./ },
  },
  {
    name: 'a load with foreign_key_checks = 0',
    mode: 'foreign key checks switched off',
    base: orders,
    migration:
      'SET foreign_key_checks = 0; INSERT INTO orders (person_id, total) VALUES (900, 1), (901, 2); INSERT INTO people (id, email) VALUES (900, "late"), (901, "later"); SET foreign_key_checks = 1',
    completed: 2,
    says: { back: /DELETE FROM `orders`/, forward: /INSERT INTO people/ },
  },
  {
    name: 'gh-ost was stopped',
    mode: 'leftovers of an online schema change',
    base: orders,
    migration: 'ALTER TABLE people ADD COLUMN z INT',
    completed: 0,
    interrupt: [
      'CREATE TABLE _people_gho LIKE people',
      'ALTER TABLE _people_gho ADD COLUMN z INT',
      'INSERT INTO _people_gho (id, email) SELECT id, email FROM people LIMIT 10',
      'CREATE TABLE _people_ghc (id BIGINT AUTO_INCREMENT PRIMARY KEY, last_update TIMESTAMP, hint VARCHAR(64), value VARCHAR(4096))',
    ],
    says: { back: /DROP TABLE `_people_gh[oc]`/, forward: /DROP TABLE `_people_gh[oc]`[\s\S]*ADD COLUMN z/ },
  },
  {
    name: 'AUTO_INCREMENT was moved',
    mode: 'AUTO_INCREMENT moved',
    base: people,
    migration: 'ALTER TABLE people AUTO_INCREMENT = 2000; ALTER TABLE people ADD INDEX (points)',
    completed: 1,
    says: { back: /AUTO_INCREMENT = \d+/, forward: /ADD INDEX/ },
  },
];
