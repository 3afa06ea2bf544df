import type { EngineName } from '../../../src/model/engine';

/** The schema of a blog as teams have it: with a trigger that writes a log, moments that the server keeps, and keys that follow others. */
export const blog = `
CREATE TABLE authors (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, handle VARCHAR(40) NOT NULL, display_name VARCHAR(100), email VARCHAR(190) NOT NULL,
  status TINYINT NOT NULL DEFAULT 1, karma INT DEFAULT 0, UNIQUE KEY uq_handle (handle), CONSTRAINT karma_ok CHECK (karma >= 0));
CREATE TABLE posts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, author_id INT UNSIGNED NOT NULL, title VARCHAR(200) NOT NULL, body MEDIUMTEXT,
  state ENUM('draft','review','live') NOT NULL DEFAULT 'draft', price DECIMAL(8,2) NOT NULL DEFAULT 0.00, published_at DATETIME NULL,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY by_state (state, published_at),
  CONSTRAINT posts_author FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE tags (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, weight SMALLINT NOT NULL DEFAULT 1, UNIQUE KEY (name));
CREATE TABLE post_tags (
  post_id BIGINT UNSIGNED NOT NULL, tag_id INT NOT NULL, PRIMARY KEY (post_id, tag_id),
  CONSTRAINT pt_post FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE, CONSTRAINT pt_tag FOREIGN KEY (tag_id) REFERENCES tags (id));
CREATE TABLE hits (day DATE NOT NULL, path VARCHAR(100) NOT NULL, n INT NOT NULL DEFAULT 0, PRIMARY KEY (day, path))
  PARTITION BY RANGE (YEAR(day)) (PARTITION p2023 VALUES LESS THAN (2024), PARTITION p2024 VALUES LESS THAN (2025), PARTITION p2025 VALUES LESS THAN (2026));
CREATE TABLE visits (day DATE NOT NULL, n INT) PARTITION BY RANGE COLUMNS (day) (PARTITION y2023 VALUES LESS THAN ('2024-01-01'), PARTITION rest VALUES LESS THAN (MAXVALUE));
CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(200));
CREATE VIEW live_posts AS SELECT p.id, p.title, a.handle FROM posts p JOIN authors a ON a.id = p.author_id WHERE p.state = 'live';
CREATE TRIGGER authors_audit AFTER UPDATE ON authors FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('author ', OLD.id));
`;

export const rows = `
INSERT INTO authors (handle, display_name, email, karma, status) VALUES
  ('ann', 'Ann A', 'ann@x.io', 5, 1), ('bob', NULL, 'bob@x.io', 0, 0), ('cy', 'Cy', 'cy@x.io', NULL, 1), ('dee', 'Dee', 'dee@x.io', 7, 2);
INSERT INTO posts (author_id, title, body, state, price, published_at, updated_at) VALUES
  (1, 'First', 'x', 'live', 1.50, '2024-01-01', '2024-02-02 01:01:01'), (1, 'Second', NULL, 'draft', 0, NULL, '2024-02-02 01:01:02'),
  (2, 'Third post', 'y', 'live', 2.25, '2024-05-01', '2024-02-02 01:01:03'), (4, 'Fourth', 'z', 'review', 9.99, NULL, '2024-02-02 01:01:04');
INSERT INTO tags (name, weight) VALUES ('sql', 3), ('db', 1), ('ops', 2);
INSERT INTO post_tags VALUES (1, 1), (1, 2), (3, 3), (4, 1);
INSERT INTO visits VALUES ('2023-05-05', 1), ('2024-05-05', 2), ('2025-05-05', 3);
INSERT INTO hits VALUES ('2023-05-05', '/', 3), ('2024-05-05', '/', 4), ('2025-05-05', '/a', 5);
`;

/** A migration on the blog, and what the rollback has to say of it; else it has to say nothing. */
export interface Change {
  readonly name: string;
  readonly sql: string;
  readonly says?: RegExp;
  /** What it says is that a part of the schema stays as it is. */
  readonly leavesSchema?: boolean;
  /** Only where one of the two servers does not know it. */
  readonly only?: EngineName;
}

export const changes: readonly Change[] = [
  {
    name: 'a trigger that writes to another table',
    sql: 'UPDATE authors SET karma = 0 WHERE karma IS NULL; ALTER TABLE authors MODIFY karma INT NOT NULL DEFAULT 0;',
    says: /^Not undone: the old values of authors\.karma, [^.]*\. Not undone: rows that trigger authors_audit writes to audit with statement 1\.$/,
  },
  {
    name: 'a moment that the server keeps, beside a column that is new',
    sql: 'ALTER TABLE posts ADD COLUMN cents INT NULL; UPDATE posts SET cents = price * 100;',
    says: /^Not undone: the old values of posts\.updated_at, which the server sets to the moment of statement 2; [^.]*\.$/,
  },
  {
    name: 'a key that others follow',
    sql: 'UPDATE authors SET id = id + 100;',
    says: /^Not undone: the old values of authors\.id, [^.]*\. Not undone: the old values of posts\.author_id, which follow [^.]*\. Not undone: rows that trigger authors_audit [^.]*\.$/,
  },
  {
    name: 'a condition, a required value, a key and a foreign key whose rows were written over',
    sql: `ALTER TABLE authors DROP CONSTRAINT karma_ok, MODIFY email VARCHAR(190) NULL, DROP INDEX uq_handle;
UPDATE authors SET karma = karma - 100, email = NULL, handle = 'same';
ALTER TABLE post_tags DROP FOREIGN KEY pt_tag;
UPDATE post_tags SET tag_id = tag_id + 50;`,
    says: /When the values are restored: ALTER TABLE `authors` MODIFY COLUMN `email` varchar\(190\) NOT NULL; When the values are restored: ALTER TABLE `authors` ADD UNIQUE KEY `uq_handle` \(`handle`\); When the values are restored: ALTER TABLE `authors` ADD CONSTRAINT `karma_ok` [^;]*; When the values are restored: ALTER TABLE `post_tags` ADD CONSTRAINT `pt_tag` [^;]*;$/,
    leavesSchema: true,
  },
  {
    name: 'a required value alone',
    sql: 'ALTER TABLE authors MODIFY email VARCHAR(190) NULL; UPDATE tags SET weight = 2; UPDATE authors SET email = NULL WHERE status = 0;',
    says: /When the values are restored: ALTER TABLE `authors` MODIFY COLUMN `email` varchar\(190\) NOT NULL;$/,
  },
  {
    name: 'rows that a foreign key asks for, gone while it was not there',
    sql: 'ALTER TABLE post_tags DROP FOREIGN KEY pt_tag; DELETE FROM tags WHERE id = 1;',
    says: /^Not undone: rows of tags [^.]*\. When the values are restored: ALTER TABLE `post_tags` ADD CONSTRAINT `pt_tag` [^;]*;$/,
    leavesSchema: true,
  },
  {
    name: 'a key that is another one, and conditions that hold all the time',
    sql: `UPDATE authors SET karma = 1;
ALTER TABLE authors DROP CONSTRAINT karma_ok, ADD CONSTRAINT karma_fine CHECK (karma >= 0), DROP INDEX uq_handle, ADD UNIQUE KEY by_handle (handle);`,
    says: /^Not undone: the old values of authors\.karma, [^.]*\. Not undone: rows that trigger authors_audit [^.]*\.$/,
  },
  {
    name: 'partitions added',
    sql: 'ALTER TABLE hits ADD PARTITION (PARTITION p2026 VALUES LESS THAN (2027), PARTITION rest VALUES LESS THAN MAXVALUE);',
  },
  {
    name: 'partitions cut otherwise',
    sql: 'ALTER TABLE hits REORGANIZE PARTITION p2023, p2024 INTO (PARTITION old VALUES LESS THAN (2025)); ALTER TABLE hits REORGANIZE PARTITION p2025 INTO (PARTITION a VALUES LESS THAN (2026));',
  },
  {
    name: 'partitions dropped and added',
    sql: 'ALTER TABLE hits ADD PARTITION (PARTITION p2026 VALUES LESS THAN (2027)); ALTER TABLE hits DROP PARTITION p2023;',
    says: /^Lost: rows of hits\.p2023, which statement 2 takes away: [^.]*\.$/,
  },
  {
    name: 'a partition cut out of the one that takes all the rest',
    sql: "ALTER TABLE visits REORGANIZE PARTITION rest INTO (PARTITION y2024 VALUES LESS THAN ('2025-01-01'), PARTITION rest VALUES LESS THAN (MAXVALUE));",
  },
  {
    name: 'the last partition dropped',
    sql: 'ALTER TABLE hits DROP PARTITION p2025;',
    says: /^Lost: rows of hits\.p2025, [^.]*\.$/,
  },
  {
    name: 'a partition whose rows change places with those of a new table',
    sql: 'CREATE TABLE hits_2023 LIKE hits; ALTER TABLE hits_2023 REMOVE PARTITIONING; ALTER TABLE hits EXCHANGE PARTITION p2023 WITH TABLE hits_2023;',
  },
  {
    name: 'a table divided by a column that its key did not hold, for which its foreign key had to go',
    sql: 'ALTER TABLE posts DROP FOREIGN KEY posts_author; ALTER TABLE post_tags DROP FOREIGN KEY pt_post; ALTER TABLE posts DROP PRIMARY KEY, ADD PRIMARY KEY (id, author_id); ALTER TABLE posts PARTITION BY HASH (author_id) PARTITIONS 3;',
  },
  {
    name: 'a table and its columns renamed by one statement, with a view on it',
    sql: "DROP VIEW live_posts; ALTER TABLE posts RENAME TO articles, RENAME COLUMN title TO headline; CREATE VIEW live AS SELECT id, headline FROM articles WHERE state = 'live';",
  },
  {
    name: 'rows that are moved to tables of the migration, under a condition, all of them, and by another order of columns',
    sql: `CREATE TABLE old_posts LIKE posts; INSERT INTO old_posts SELECT * FROM posts AS p WHERE p.state = 'draft' ORDER BY p.id;
DELETE FROM posts WHERE State = 'draft';
CREATE TABLE all_visits AS SELECT n, day FROM visits; TRUNCATE TABLE visits;
CREATE TABLE old_tags (label VARCHAR(50) NOT NULL, weight SMALLINT NOT NULL, id INT NOT NULL PRIMARY KEY);
INSERT INTO old_tags (id, label, weight) SELECT id, name, weight FROM tags WHERE tags.id = 999; DELETE FROM tags WHERE id = 999;`,
    says: /^Not undone: rows of post_tags that went or changed with statement 3; [^.]*\.$/,
  },
  {
    name: 'rows in an archive of the migration, whose table has other columns and another name by now',
    sql: `CREATE TABLE old_visits AS SELECT * FROM hits WHERE n > 3; DELETE FROM hits WHERE n > 3;
ALTER TABLE hits ADD COLUMN source INT NOT NULL DEFAULT 0, MODIFY n BIGINT NOT NULL DEFAULT 0; RENAME TABLE hits TO page_hits;`,
  },
  {
    name: 'rows that are copied under one condition and deleted under another, and some of them',
    sql: "CREATE TABLE old_hits AS SELECT * FROM hits WHERE day < '2024-01-01'; DELETE FROM hits WHERE day < '2025-01-01'; CREATE TABLE old_visits AS SELECT * FROM visits ORDER BY day LIMIT 1; DELETE FROM visits ORDER BY day LIMIT 1;",
    says: /^Not undone: rows of visits that statement 4 removed; [^.]*\. Not undone: rows of hits that statement 2 removed; [^.]*\.$/,
  },
  {
    name: 'a type that becomes wider, and values that only the new one holds',
    sql: "ALTER TABLE posts MODIFY state ENUM('draft','review','live','gone') NOT NULL DEFAULT 'draft'; UPDATE posts SET State = 'gone', updated_at = updated_at WHERE id = 2;",
    says: /^Not undone: the old values of posts\.state, posts\.updated_at, [^.]*\. When the values are restored: ALTER TABLE `posts` MODIFY COLUMN `state` enum\('draft','review','live'\) NOT NULL DEFAULT 'draft';$/,
    leavesSchema: true,
  },
  {
    name: 'a table made anew in the place of one, with all its rows',
    sql: 'CREATE TABLE visits_new (day DATE NOT NULL, n BIGINT, seen INT NULL); INSERT INTO visits_new (n, day) SELECT n, day FROM visits; RENAME TABLE visits TO visits_old, visits_new TO visits; DROP TABLE visits_old;',
  },
  {
    name: 'a table made anew in the place of one, with some of its rows',
    sql: "CREATE TABLE visits_new (day DATE NOT NULL, n BIGINT); INSERT INTO visits_new SELECT * FROM visits WHERE day > '2024-01-01'; DROP TABLE visits; RENAME TABLE visits_new TO visits;",
    says: /^Lost: rows of visits: [^.]*\.$/,
  },
  {
    name: 'columns that are dropped after their values were copied: to wider ones beside, and to a table of their own',
    sql: `ALTER TABLE tags ADD COLUMN label VARCHAR(90) NULL, ADD COLUMN heft INT; UPDATE tags SET Label = name, heft = tags.weight;
ALTER TABLE tags DROP COLUMN name, DROP COLUMN weight, MODIFY label VARCHAR(90) NOT NULL;
CREATE TABLE prices (id INT AUTO_INCREMENT PRIMARY KEY, post BIGINT UNSIGNED NOT NULL, price DECIMAL(8,2) NOT NULL);
INSERT INTO prices (post, price) SELECT p.id, p.price FROM posts p; ALTER TABLE posts DROP COLUMN price;`,
  },
  {
    name: 'columns that are dropped after some of their values were copied, after the copies were written over, and under a trigger',
    sql: `ALTER TABLE tags ADD COLUMN label VARCHAR(90) NULL, ADD COLUMN heft INT; UPDATE tags SET label = name WHERE weight > 1; UPDATE tags SET heft = weight;
UPDATE tags SET heft = 1; ALTER TABLE tags DROP COLUMN name, DROP COLUMN weight;
ALTER TABLE authors ADD COLUMN shown VARCHAR(100); UPDATE authors SET shown = display_name; ALTER TABLE authors DROP COLUMN display_name;`,
    says: /Lost: values of authors\.display_name: [^.]*\. Lost: values of tags\.name, tags\.weight: /,
  },
  {
    name: 'sequences, one of which a default draws from',
    sql: `CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 5; CREATE SEQUENCE brief; DROP SEQUENCE brief;
ALTER TABLE tags MODIFY weight SMALLINT NOT NULL DEFAULT NEXTVAL(numbers);`,
    only: 'mariadb',
  },
  {
    name: 'rows with the moment that they are made at, and rows that point to those',
    sql: `INSERT INTO tags (name, weight) VALUES ('new', LENGTH('abc'));
INSERT INTO post_tags SELECT p.id, t.id FROM posts p JOIN tags t ON t.name = 'new' WHERE p.state = 'live';`,
    says: /^Not undone: rows that statement 2 inserted into post_tags can't be told from the others; those that point to the new rows of tags go with them\.$/,
  },
];
