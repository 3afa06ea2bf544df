import type { EngineName } from '../../../src/model/engine';

/** A change of the shop's schema, to be done and taken back. */
export interface Example {
  readonly up: string;
  /** Only where one of the two servers does not know it. */
  readonly only?: EngineName;
}

/** What is there before each example. */
export const shop = `
CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(100) NOT NULL,
  name VARCHAR(60) DEFAULT 'it''s nobody',
  country CHAR(2) CHARACTER SET ascii,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY email (email),
  KEY by_country (country, name(10))
) COMMENT='who buys';
CREATE TABLE products (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  title VARCHAR(80) NOT NULL COMMENT 'as printed',
  price DECIMAL(10,2) NOT NULL DEFAULT 0,
  size ENUM('s','m','l') DEFAULT 'm',
  gross DECIMAL(12,2) GENERATED ALWAYS AS (price * 1.2) VIRTUAL,
  CONSTRAINT price_positive CHECK (price >= 0)
);
CREATE TABLE orders (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  customer_id INT UNSIGNED NOT NULL,
  product_id BIGINT,
  note TEXT,
  total DECIMAL(10,2) NOT NULL DEFAULT '0.00',
  placed DATE,
  PRIMARY KEY (id),
  KEY placed (placed),
  CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE log (at DATETIME, line VARCHAR(200)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 100;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW INSERT INTO log VALUES (now(), 'new');
CREATE PROCEDURE prune() DELETE FROM log WHERE at < now();
INSERT INTO customers (email, name) VALUES ('a@x', 'A'), ('b@x', 'B'), ('c@x', NULL);
INSERT INTO products (title, price) VALUES ('hat', 10), ('coat', 99.5);
INSERT INTO orders (customer_id, product_id, total, placed) VALUES (1, 1, 10, '2024-01-01'), (2, 2, 99.5, '2024-02-01'), (3, NULL, 5, NULL);
`;

/** One for each way in which a schema changes, on its own and together with others. */
export const examples: readonly Example[] = [
  { up: 'ALTER TABLE customers ADD COLUMN phone VARCHAR(20)' },
  { up: 'ALTER TABLE customers ADD COLUMN phone VARCHAR(20) NOT NULL DEFAULT "-" AFTER email, ADD COLUMN fax INT FIRST' },
  { up: 'ALTER TABLE customers DROP COLUMN name' },
  { up: 'ALTER TABLE customers DROP COLUMN country' },
  { up: 'ALTER TABLE customers DROP COLUMN created_at, DROP COLUMN updated_at' },
  { up: 'ALTER TABLE orders DROP COLUMN total' },
  { up: 'ALTER TABLE orders DROP COLUMN placed' },
  { up: 'ALTER TABLE products DROP COLUMN gross' },
  // Another column in the place of one: its values are no dates, and would be refused as numbers.
  { up: "ALTER TABLE orders DROP COLUMN placed; ALTER TABLE orders ADD COLUMN placed VARCHAR(20) NOT NULL DEFAULT 'once'" },
  { up: 'ALTER TABLE products DROP COLUMN title, ADD COLUMN title INT FIRST, ADD KEY by_title (title)' },
  { up: "ALTER TABLE customers DROP COLUMN name; ALTER TABLE customers ADD COLUMN name VARCHAR(60) NOT NULL DEFAULT ''" },
  {
    up: 'ALTER TABLE orders ADD COLUMN sum DECIMAL(14,4); UPDATE orders SET `sum` = orders.total; ALTER TABLE orders DROP COLUMN total, CHANGE COLUMN sum total DECIMAL(14,4) NOT NULL DEFAULT 0',
  },
  { up: 'ALTER TABLE products MODIFY title VARCHAR(120) NOT NULL' },
  { up: 'ALTER TABLE products MODIFY title VARCHAR(80) NULL' },
  { up: 'ALTER TABLE products MODIFY price DECIMAL(14,4) NOT NULL' },
  { up: "ALTER TABLE products MODIFY size ENUM('s','m','l','xl') DEFAULT 's'" },
  { up: 'ALTER TABLE products ALTER COLUMN price SET DEFAULT 5' },
  { up: 'ALTER TABLE products ALTER COLUMN price DROP DEFAULT' },
  { up: 'ALTER TABLE customers CHANGE name full_name VARCHAR(90)' },
  { up: 'ALTER TABLE customers RENAME COLUMN country TO land' },
  { up: 'ALTER TABLE orders RENAME COLUMN customer_id TO buyer_id' },
  { up: 'ALTER TABLE customers MODIFY email VARCHAR(100) NOT NULL AFTER created_at' },
  { up: 'ALTER TABLE customers MODIFY updated_at TIMESTAMP NULL FIRST, MODIFY name VARCHAR(60) AFTER country' },
  { up: 'ALTER TABLE orders ADD INDEX by_total (total)' },
  { up: 'ALTER TABLE orders ADD INDEX (total), ADD INDEX (total, placed), ADD UNIQUE (note(20))' },
  { up: 'CREATE INDEX by_note ON orders (note(15), total DESC)' },
  { up: 'CREATE UNIQUE INDEX one_title ON products (title)' },
  { up: 'DROP INDEX placed ON orders' },
  { up: 'DROP INDEX by_country ON customers; CREATE INDEX by_country ON customers (name)' },
  { up: 'ALTER TABLE customers DROP INDEX email' },
  { up: 'ALTER TABLE orders RENAME INDEX placed TO by_day' },
  { up: 'CREATE FULLTEXT INDEX words ON orders (note)' },
  { up: 'ALTER TABLE orders ADD INDEX doubled ((total * 2))', only: 'mysql' },
  { up: 'ALTER TABLE orders ALTER INDEX placed INVISIBLE', only: 'mysql' },
  { up: 'ALTER TABLE orders ALTER INDEX placed IGNORED', only: 'mariadb' },
  { up: 'ALTER TABLE orders DROP FOREIGN KEY orders_customer' },
  { up: 'ALTER TABLE orders DROP FOREIGN KEY orders_customer, DROP INDEX orders_customer' },
  { up: 'ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1; ALTER TABLE orders DROP COLUMN product_id' },
  {
    up: 'ALTER TABLE orders DROP FOREIGN KEY orders_customer; ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT',
  },
  { up: 'ALTER TABLE log ADD COLUMN order_id INT UNSIGNED, ADD CONSTRAINT log_order FOREIGN KEY (order_id) REFERENCES orders (id)' },
  { up: 'ALTER TABLE log ADD COLUMN order_id INT UNSIGNED, ADD FOREIGN KEY (order_id) REFERENCES orders (id)' },
  { up: 'ALTER TABLE products DROP CONSTRAINT price_positive' },
  { up: 'ALTER TABLE products ADD CONSTRAINT cheap CHECK (price < 1000), ADD CHECK (size <> "l" OR price > 1)' },
  { up: 'ALTER TABLE products ALTER CHECK price_positive NOT ENFORCED', only: 'mysql' },
  { up: 'ALTER TABLE log ADD COLUMN id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST' },
  { up: 'ALTER TABLE orders DROP PRIMARY KEY, MODIFY id INT UNSIGNED NOT NULL' },
  { up: 'ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, customer_id)' },
  { up: 'CREATE TABLE coupons (code VARCHAR(20) PRIMARY KEY, order_id INT UNSIGNED, FOREIGN KEY (order_id) REFERENCES orders (id))' },
  {
    up: 'CREATE TABLE coupons (code VARCHAR(20) PRIMARY KEY); CREATE TABLE used (code VARCHAR(20), FOREIGN KEY (code) REFERENCES coupons (code)); INSERT INTO coupons VALUES ("x"); INSERT INTO used VALUES ("x")',
  },
  { up: 'DROP TABLE log' },
  { up: 'ALTER TABLE log ADD SYSTEM VERSIONING', only: 'mariadb' },
  { up: 'CREATE TABLE prices (id int PRIMARY KEY, cents int) WITH SYSTEM VERSIONING', only: 'mariadb' },
  { up: 'DROP VIEW big_orders; DROP TABLE orders' },
  { up: 'DROP TABLE orders; DROP TABLE customers' },
  { up: 'RENAME TABLE log TO journal' },
  { up: 'ALTER TABLE orders RENAME TO purchases' },
  { up: 'RENAME TABLE customers TO clients, products TO goods' },
  { up: 'RENAME TABLE customers TO spare, products TO customers, spare TO products' },
  { up: 'ALTER TABLE log CONVERT TO CHARACTER SET utf8mb4' },
  { up: 'ALTER TABLE customers DEFAULT CHARACTER SET latin1' },
  { up: "ALTER TABLE log COMMENT='lines', ROW_FORMAT=COMPRESSED" },
  { up: 'ALTER TABLE customers CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin' },
  { up: 'ALTER TABLE products MODIFY gross DECIMAL(12,2) GENERATED ALWAYS AS (price * 1.3) VIRTUAL' },
  { up: 'ALTER TABLE products DROP COLUMN gross, ADD COLUMN gross DECIMAL(12,2) GENERATED ALWAYS AS (price * 1.2) STORED' },
  { up: 'ALTER TABLE products ADD COLUMN net DECIMAL(10,2) AS (price) STORED, ADD INDEX (net)' },
  { up: 'ALTER TABLE customers ADD COLUMN secret INT INVISIBLE' },
  { up: 'ALTER TABLE log PARTITION BY HASH (YEAR(at)) PARTITIONS 4' },
  { up: 'CREATE OR REPLACE VIEW big_orders AS SELECT id FROM orders WHERE total > 1000' },
  { up: 'CREATE VIEW all_orders AS SELECT * FROM orders' },
  { up: 'DROP VIEW big_orders' },
  { up: 'CREATE TRIGGER early BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = 1; DROP TRIGGER orders_log' },
  { up: 'DROP PROCEDURE prune; CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1' },
  {
    up: 'ALTER TABLE orders DROP FOREIGN KEY orders_customer; ALTER TABLE customers MODIFY id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT; ALTER TABLE orders MODIFY customer_id BIGINT UNSIGNED NOT NULL, ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE',
  },
  {
    up: 'ALTER TABLE customers ADD COLUMN a INT, ADD COLUMN b INT AFTER email; ALTER TABLE customers DROP COLUMN name; CREATE INDEX by_a ON customers (a, b); DROP INDEX by_country ON customers',
  },
  { up: 'ALTER TABLE products RENAME COLUMN title TO label; RENAME TABLE products TO goods; ALTER TABLE goods ADD INDEX (label)' },
  {
    up: 'CREATE TABLE a (id INT PRIMARY KEY, b_id INT); CREATE TABLE b (id INT PRIMARY KEY, a_id INT, FOREIGN KEY (a_id) REFERENCES a (id)); ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id)',
  },
];
