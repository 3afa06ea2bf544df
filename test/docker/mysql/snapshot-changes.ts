/** A schema with something of every kind, small enough to be copied for every change. */
export const shop = `
CREATE TABLE customers (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(100) NOT NULL,
  name varchar(50) CHARACTER SET latin1 DEFAULT 'nobody' COMMENT 'as they call themselves',
  state enum('new','active') NOT NULL DEFAULT 'new',
  score decimal(6,2) DEFAULT NULL,
  ratio float DEFAULT NULL,
  note text,
  raw varbinary(16) DEFAULT NULL,
  born date DEFAULT NULL,
  made_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  name_length int GENERATED ALWAYS AS (char_length(name)) VIRTUAL,
  doubled decimal(8,2) GENERATED ALWAYS AS (score * 2) STORED,
  UNIQUE KEY by_email (email),
  KEY by_name (name, born DESC),
  FULLTEXT KEY words (note),
  CONSTRAINT scored CHECK (score >= 0)
) COMMENT='who buys';
CREATE TABLE orders (
  id bigint NOT NULL PRIMARY KEY,
  customer_id int unsigned DEFAULT NULL,
  total decimal(10,2) NOT NULL DEFAULT 0,
  KEY by_customer (customer_id),
  CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);
CREATE TABLE visits (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
  PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2024), PARTITION p1 VALUES LESS THAN (2030));
CREATE TABLE history (version int PRIMARY KEY, applied_at timestamp NULL);
CREATE VIEW rich AS SELECT id, email, 'shop.customers' AS origin FROM customers WHERE score > 10;
CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = NEW.total + 0;
CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2;
CREATE PROCEDURE nothing() BEGIN SELECT 1; END;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM visits WHERE at < '2000-01-01';
INSERT INTO customers (email, name, score, ratio, note, raw, born, made_at) VALUES
  ('a@x', 'Ann', 1.50, 0.1, 'first', X'00FF', '1990-01-01', '2024-01-01 00:00:00'),
  ('b@x', NULL, NULL, NULL, NULL, NULL, NULL, '2024-01-02 00:00:00');
INSERT INTO orders VALUES (1, 1, 10), (2, NULL, 20);
INSERT INTO visits VALUES (1, '2024-05-05');
INSERT INTO history VALUES (1, '2024-01-01 00:00:00');
`;

type ServerName = 'mysql' | 'mariadb';

/** Single changes, each of which makes another state of \`shop\`. */
export function changes(server: ServerName): readonly string[] {
  return [
    'ALTER TABLE customers ADD COLUMN more int',
    'ALTER TABLE customers DROP COLUMN ratio',
    'ALTER TABLE customers RENAME COLUMN ratio TO rate',
    'ALTER TABLE customers MODIFY ratio double',
    'ALTER TABLE customers MODIFY raw varbinary(17)',
    'ALTER TABLE customers MODIFY email varchar(101) NOT NULL',
    'ALTER TABLE customers MODIFY email varchar(100)',
    "ALTER TABLE customers ALTER COLUMN name SET DEFAULT 'somebody'",
    'ALTER TABLE customers ALTER COLUMN name DROP DEFAULT',
    "ALTER TABLE customers MODIFY name varchar(50) CHARACTER SET latin1 DEFAULT 'nobody' COMMENT 'another'",
    "ALTER TABLE customers MODIFY name varchar(50) CHARACTER SET utf8mb4 DEFAULT 'nobody' COMMENT 'as they call themselves'",
    "ALTER TABLE customers MODIFY name varchar(50) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'nobody' COMMENT 'as they call themselves'",
    "ALTER TABLE customers MODIFY state enum('new','active','gone') NOT NULL DEFAULT 'new'",
    "ALTER TABLE customers MODIFY state enum('active','new') NOT NULL DEFAULT 'new'",
    'ALTER TABLE customers MODIFY made_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP',
    'ALTER TABLE customers MODIFY score decimal(7,2)',
    'ALTER TABLE customers MODIFY ratio float FIRST',
    'ALTER TABLE customers MODIFY ratio float AFTER raw',
    'ALTER TABLE customers MODIFY note text INVISIBLE',
    'ALTER TABLE orders MODIFY id bigint NOT NULL AUTO_INCREMENT',
    'ALTER TABLE customers MODIFY name_length int GENERATED ALWAYS AS (char_length(name) + 1) VIRTUAL',
    'ALTER TABLE customers DROP COLUMN doubled, ADD COLUMN doubled decimal(8,2) GENERATED ALWAYS AS (score * 2) VIRTUAL AFTER name_length',
    'ALTER TABLE customers DROP INDEX by_email',
    'ALTER TABLE customers DROP INDEX by_email, ADD INDEX by_email (email)',
    'ALTER TABLE customers DROP INDEX by_email, ADD UNIQUE INDEX by_email (email(20))',
    'ALTER TABLE customers RENAME INDEX by_name TO by_names',
    'ALTER TABLE customers DROP INDEX by_name, ADD INDEX by_name (name, born)',
    'ALTER TABLE customers DROP INDEX by_name, ADD INDEX by_name (born DESC, name)',
    "ALTER TABLE customers DROP INDEX by_name, ADD INDEX by_name (name, born DESC) COMMENT 'slow'",
    'ALTER TABLE customers DROP INDEX words',
    "ALTER TABLE customers ADD CONSTRAINT aged CHECK (born > DATE '1900-01-01')",
    'ALTER TABLE customers DROP CONSTRAINT scored',
    'ALTER TABLE orders DROP FOREIGN KEY fk_customer',
    'ALTER TABLE orders DROP FOREIGN KEY fk_customer, ADD CONSTRAINT fk_customers FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE',
    'ALTER TABLE orders DROP PRIMARY KEY',
    "ALTER TABLE customers COMMENT 'who bought'",
    'ALTER TABLE orders ROW_FORMAT = COMPACT',
    'ALTER TABLE visits ENGINE = InnoDB ROW_FORMAT = COMPACT',
    'ALTER TABLE history RENAME TO past, ENGINE = MyISAM',
    'UPDATE customers SET ratio = 0 WHERE ratio IS NULL; ALTER TABLE customers MODIFY ratio float NOT NULL',
    'ALTER TABLE orders DEFAULT CHARACTER SET latin1',
    'ALTER TABLE orders CONVERT TO CHARACTER SET latin1',
    'ALTER TABLE orders STATS_PERSISTENT = 1',
    'ALTER TABLE visits ADD PARTITION (PARTITION p2 VALUES LESS THAN (2040))',
    'ALTER TABLE visits REMOVE PARTITIONING',
    'ALTER TABLE visits REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (2031))',
    'RENAME TABLE visits TO calls',
    'DROP TABLE visits',
    'CREATE TABLE extra (id int)',
    'CREATE TABLE `_orders_gho` LIKE orders',
    "CREATE OR REPLACE VIEW rich AS SELECT id, email, 'shop.customers' AS origin FROM customers WHERE score > 11",
    "CREATE OR REPLACE SQL SECURITY INVOKER VIEW rich AS SELECT id, email, 'shop.customers' AS origin FROM customers WHERE score > 10",
    'DROP VIEW rich',
    'DROP TRIGGER stamp',
    'CREATE TRIGGER later AFTER INSERT ON orders FOR EACH ROW SET @n = 1',
    'DROP TRIGGER stamp; CREATE TRIGGER stamp BEFORE UPDATE ON orders FOR EACH ROW SET NEW.total = NEW.total + 0',
    'DROP FUNCTION twice',
    'DROP FUNCTION twice; CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x + x',
    "ALTER PROCEDURE nothing COMMENT 'really'",
    'ALTER PROCEDURE nothing SQL SECURITY INVOKER',
    'ALTER EVENT nightly DISABLE',
    'DROP EVENT nightly',
    'ALTER DATABASE CHARACTER SET latin1',
    "GRANT SELECT ON orders TO 'reader'@'%'",
    "GRANT SELECT (total) ON orders TO 'reader'@'%'",
    'INSERT INTO orders VALUES (3, 1, 30)',
    'DELETE FROM orders WHERE id = 2',
    'UPDATE orders SET total = 20.01 WHERE id = 2',
    'UPDATE orders SET customer_id = 2 WHERE id = 2',
    "UPDATE customers SET note = '' WHERE id = 2",
    "UPDATE customers SET email = 'A@x' WHERE id = 1",
    "UPDATE customers SET email = 'a@x ' WHERE id = 1",
    'UPDATE customers SET ratio = 0.10000002 WHERE id = 1',
    "UPDATE customers SET raw = X'00FE' WHERE id = 1",
    "UPDATE customers SET state = 'active' WHERE id = 1",
    "UPDATE customers SET born = '1990-01-02' WHERE id = 1",
    'UPDATE history SET version = 2',
    "UPDATE customers a JOIN customers b ON a.id = 1 AND b.id = 2 SET a.note = NULL, b.note = 'first'",
    ...(server === 'mysql' ? mysqlChanges : mariadbChanges),
  ];
}

const mysqlChanges = [
  'ALTER TABLE customers ALTER INDEX by_name INVISIBLE',
  'ALTER TABLE customers ALTER CHECK scored NOT ENFORCED',
  'ALTER TABLE customers ADD INDEX shouting ((upper(email)))',
  'ALTER TABLE orders ADD COLUMN place point SRID 4326',
  "ALTER TABLE customers ALTER COLUMN note SET DEFAULT (upper('x'))",
];

const mariadbChanges = [
  'ALTER TABLE customers ALTER INDEX by_name IGNORED',
  'CREATE SEQUENCE numbers',
  'ALTER TABLE orders ADD SYSTEM VERSIONING',
  'ALTER TABLE orders PAGE_COMPRESSED = 1',
];
