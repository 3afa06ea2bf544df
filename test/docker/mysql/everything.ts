import type { EngineName } from '../../../src/model/engine';

/** Statements that make one of everything that a database can hold, each to be sent by itself. */
export function everything(engine: EngineName): readonly string[] {
  return [...common, ...(engine === 'mariadb' ? ofMariadb : ofMysql)];
}

const common: readonly string[] = [
  "CREATE TABLE customers (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(191) NOT NULL COLLATE utf8mb4_bin, note text, UNIQUE KEY email (email)) COMMENT='People who bought, it''s `customers`.id' ROW_FORMAT=DYNAMIC",
  "INSERT INTO customers (email, note) VALUES ('a@x', 'quote '' and \\\\ and \\n'), ('b@x', NULL), ('ü@x', '😀')",
  'DELETE FROM customers WHERE id = 3',
  "INSERT INTO customers (id, email) VALUES (40, 'z@x')",
  'DELETE FROM customers WHERE id = 40',
  // A row whose generated number is zero.
  "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
  "INSERT INTO customers (id, email) VALUES (0, 'zero@x')",
  `CREATE TABLE orders (
     id bigint NOT NULL AUTO_INCREMENT, customer_id int unsigned NOT NULL, amount decimal(10,2) NOT NULL DEFAULT 1.50,
     doubled decimal(12,2) GENERATED ALWAYS AS (amount * 2) VIRTUAL, kept varchar(30) AS (concat('orders.', amount)) STORED,
     state enum('new','it''s paid') NOT NULL DEFAULT 'new', made timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
     secret int INVISIBLE DEFAULT 7, tags json, raw varbinary(20), bits bit(5), year year, place point,
     PRIMARY KEY (id), KEY by_state (state, amount DESC), KEY by_prefix (kept(5)), FULLTEXT KEY words (kept),
     CONSTRAINT positive CHECK (amount > 0),
     CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE RESTRICT
   ) AUTO_INCREMENT=1000 COMMENT='orders'`,
  `INSERT INTO orders (customer_id, amount, made, secret, tags, raw, bits, year, place) VALUES
     (1, 5, '2020-02-02 02:02:02.123', 99, '{"a": [1, null]}', x'00ff27', b'101', 1999, ST_GeomFromText('POINT(1 2)')), (2, 0.01, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
  // Two tables that reference each other, and one that references itself.
  'CREATE TABLE egg (id int PRIMARY KEY, hen int, before_it int, CONSTRAINT self FOREIGN KEY (before_it) REFERENCES egg (id))',
  'CREATE TABLE a_hen (id int PRIMARY KEY, egg int, CONSTRAINT laid FOREIGN KEY (egg) REFERENCES egg (id))',
  'ALTER TABLE egg ADD CONSTRAINT hatched FOREIGN KEY (hen) REFERENCES a_hen (id)',
  'INSERT INTO egg VALUES (1, NULL, NULL)',
  'INSERT INTO a_hen VALUES (1, 1)',
  'UPDATE egg SET hen = 1, before_it = 1',
  `CREATE TABLE log (id int NOT NULL, at date NOT NULL, line varchar(20), PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at))
     (PARTITION old VALUES LESS THAN (2020) COMMENT 'orders', PARTITION young VALUES LESS THAN MAXVALUE)`,
  "INSERT INTO log VALUES (1, '2019-01-01', 'old'), (2, '2021-01-01', 'young')",
  'CREATE TABLE `od``d .name` (`a b` int, `select` int, KEY `k``` (`a b`)) ENGINE=MyISAM',
  'INSERT INTO `od``d .name` VALUES (1, 2)',
  'CREATE TABLE latin (a char(10)) CHARACTER SET latin1 COLLATE latin1_german1_ci',
  "INSERT INTO latin VALUES ('äöü')",
  'CREATE TABLE empty_one (a int)',
  // Views: over views, with names of tables as strings; the later ones come first in the alphabet.
  "CREATE VIEW z_base AS SELECT id, email, 'customers.email' AS literal FROM customers",
  'CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW a_view AS SELECT b.id, o.amount FROM z_base b JOIN orders o ON o.customer_id = b.id WHERE o.amount > 0 WITH CASCADED CHECK OPTION',
  'CREATE TABLE short_lived (a int, b int)',
  'CREATE VIEW broken AS SELECT s.a, t.b FROM short_lived s JOIN short_lived t ON t.a = s.a',
  'CREATE VIEW broken_too AS SELECT a FROM broken',
  'ALTER TABLE short_lived DROP COLUMN b',
  'CREATE TABLE gone (a int)',
  'CREATE VIEW broken_wholly AS SELECT a FROM gone',
  'DROP TABLE gone',
  "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
  `CREATE FUNCTION "initials" (given text) RETURNS text DETERMINISTIC COMMENT 'of a name' RETURN left(given, 1) || '.'`,
  'SET sql_mode = DEFAULT',
  `CREATE PROCEDURE touch_all(IN how_many int, OUT done int)
   BEGIN
     -- a comment; with a semicolon and an orders.id
     DECLARE i int DEFAULT 0;
     WHILE i < how_many DO SET i = i + 1; END WHILE;
     SET done = i; /* and 'a string' */
   END`,
  'CREATE VIEW with_function AS SELECT initials(email) AS i FROM customers',
  'CREATE TRIGGER second_named_first BEFORE INSERT ON orders FOR EACH ROW SET NEW.amount = NEW.amount + 1',
  'CREATE TRIGGER a_later_one BEFORE INSERT ON orders FOR EACH ROW FOLLOWS second_named_first BEGIN IF NEW.amount > 100 THEN SET NEW.amount = 100; END IF; END',
  "CREATE TRIGGER audit AFTER DELETE ON customers FOR EACH ROW INSERT INTO log VALUES (OLD.id, '2022-01-01', 'gone')",
  "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 03:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'tidy up' DO DELETE FROM log WHERE at < NOW()",
  "SET time_zone = '+02:00'",
  "CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR STARTS '2035-01-01 00:00:00' DO BEGIN DELETE FROM log; DELETE FROM orders; END",
  // For a moment that will have passed when the copy is made.
  'SET timestamp = 1000000000',
  "CREATE EVENT once_long_ago ON SCHEDULE AT '2001-12-31 00:00:00' DO DELETE FROM log",
  'SET timestamp = DEFAULT, time_zone = DEFAULT',
];

const ofMysql: readonly string[] = [
  'ALTER TABLE customers ADD COLUMN made datetime DEFAULT (now() + INTERVAL 1 DAY)',
  'ALTER TABLE orders ADD CONSTRAINT lenient CHECK (amount < 1000000) NOT ENFORCED',
  'ALTER TABLE orders ALTER INDEX by_state INVISIBLE',
  'SET sql_generate_invisible_primary_key = ON',
  'CREATE TABLE keyless (a int)',
  'INSERT INTO keyless VALUES (5), (6)',
  'SET sql_generate_invisible_primary_key = OFF',
  'CREATE TABLE arrays (tags json, mail varchar(20), KEY lower_mail ((lower(mail))) INVISIBLE, KEY many ((CAST(tags AS unsigned ARRAY))))',
  "INSERT INTO arrays VALUES ('[1,2,3]', 'A@b')",
];

const ofMariadb: readonly string[] = [
  'CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 5 CACHE 10',
  'DO nextval(numbers)',
  'CREATE TABLE with_history (id int PRIMARY KEY, a int) WITH SYSTEM VERSIONING',
  'INSERT INTO with_history VALUES (1, 1)',
  'UPDATE with_history SET a = 2',
  'CREATE TABLE with_period (id int, a int, s timestamp(6) GENERATED ALWAYS AS ROW START, e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING',
  'INSERT INTO with_period (id, a) VALUES (1, 1)',
  'DELETE FROM with_period',
  'CREATE TABLE by_number (n bigint DEFAULT nextval(numbers), u uuid DEFAULT uuid(), i inet6)',
  'INSERT INTO by_number (i) VALUES (NULL)',
  'CREATE TABLE aria_one (a int) ENGINE=Aria TRANSACTIONAL=1 PAGE_CHECKSUM=1',
  'INSERT INTO aria_one VALUES (3)',
  'CREATE TABLE times (id int, f date, t date, PERIOD FOR valid (f, t), UNIQUE (id, valid WITHOUT OVERLAPS))',
  "INSERT INTO times VALUES (1, '2020-01-01', '2021-01-01')",
  "SET sql_mode = 'ORACLE'",
  'CREATE PACKAGE tools AS FUNCTION one RETURN INT; END',
  'CREATE PACKAGE BODY tools AS FUNCTION one RETURN INT AS BEGIN RETURN 1; END; END',
  'SET sql_mode = DEFAULT',
];
