/** Tables of many kinds, in an order that is not the one in which they can be filled. */
export const schema = `
CREATE TABLE users (id int unsigned PRIMARY KEY AUTO_INCREMENT, email varchar(255) NOT NULL UNIQUE, name varchar(50) NOT NULL DEFAULT 'nobody',
  age tinyint unsigned CHECK (age >= 18 AND age < 120), state enum('new','active','gone') NOT NULL DEFAULT 'new', made_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  score decimal(5,2), flags set('a','b','c'), bio text, data json, active boolean NOT NULL DEFAULT true);
CREATE TABLE orders (id bigint PRIMARY KEY AUTO_INCREMENT, user_id int unsigned NOT NULL, total decimal(10,2) NOT NULL,
  placed datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), code char(3) NOT NULL, CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT positive CHECK (total > 100), CONSTRAINT ranged CHECK (user_id > 0 AND total < 500 OR code = 'ABC'));
CREATE TABLE tags (id int PRIMARY KEY AUTO_INCREMENT, name varchar(30) NOT NULL, UNIQUE KEY (name));
CREATE TABLE order_tags (order_id bigint NOT NULL, tag_id int NOT NULL, PRIMARY KEY (order_id, tag_id), FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (tag_id) REFERENCES tags (id));
CREATE TABLE profiles (user_id int unsigned PRIMARY KEY, phone varchar(20) CHECK (phone REGEXP '^[+][0-9]{11}$'), FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE tree (id int PRIMARY KEY AUTO_INCREMENT, parent_id int, label varchar(10) NOT NULL, FOREIGN KEY (parent_id) REFERENCES tree (id));
CREATE TABLE bosses (id int PRIMARY KEY, boss int NOT NULL, FOREIGN KEY (boss) REFERENCES bosses (id));
CREATE TABLE first (id int PRIMARY KEY, second_id int);
CREATE TABLE second (id int PRIMARY KEY, first_id int NOT NULL, FOREIGN KEY (first_id) REFERENCES first (id));
ALTER TABLE first ADD FOREIGN KEY (second_id) REFERENCES second (id);
CREATE TABLE by_year (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN (2022));
CREATE TABLE by_region (id int, region varchar(10)) PARTITION BY LIST COLUMNS (region) (PARTITION p0 VALUES IN ('eu','us'), PARTITION p1 VALUES IN ('asia'));
CREATE TABLE everything (a float, b double, c bit(3), d year, e time, f blob, g varbinary(5), h binary(4), i mediumint, j smallint, k tinyint, l tinytext, m date);
CREATE TABLE pairs (a int, b varchar(5), PRIMARY KEY (a, b));
CREATE TABLE of_pairs (id int PRIMARY KEY, a int, b varchar(5), FOREIGN KEY (a, b) REFERENCES pairs (a, b));
CREATE TABLE guarded (id int PRIMARY KEY, n int);
CREATE TRIGGER refuse BEFORE INSERT ON guarded FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no';
CREATE TABLE mails (id int PRIMARY KEY, email varchar(60) NOT NULL, CHECK (email LIKE '%_@_%._%'), CHECK (char_length(email) BETWEEN 5 AND 40));
CREATE TABLE periods (id int PRIMARY KEY, start datetime NOT NULL, stop datetime NOT NULL, CHECK (stop > start));
CREATE TABLE wallets (id int AUTO_INCREMENT PRIMARY KEY, balance decimal(10,2) NOT NULL DEFAULT 0, visit_count int NOT NULL DEFAULT 0, status int NOT NULL DEFAULT 0);
CREATE TABLE few (id int PRIMARY KEY AUTO_INCREMENT, e enum('x','y','z') NOT NULL, b boolean NOT NULL, UNIQUE KEY (e, b));
CREATE TABLE computed (id int PRIMARY KEY, a varchar(20), low varchar(20) AS (lower(a)) STORED, twice int AS (id * 2) VIRTUAL);
CREATE TABLE never (id int PRIMARY KEY, x int NOT NULL, CONSTRAINT nope CHECK (x > 5 AND x < 5));
CREATE TABLE needs_never (id int PRIMARY KEY, never_id int NOT NULL, FOREIGN KEY (never_id) REFERENCES never (id));
CREATE TABLE history (version int PRIMARY KEY);
INSERT INTO tags VALUES (7, 'seed');
`;

export const ofServer = {
  mysql: `
CREATE TABLE vectors (id int PRIMARY KEY, v vector(3) NOT NULL);
CREATE TABLE shapes (id int PRIMARY KEY AUTO_INCREMENT, p point NOT NULL SRID 4326, g geometry, poly polygon NOT NULL SRID 0, mp multipoint, ml multilinestring,
  mpoly multipolygon, gc geometrycollection, SPATIAL INDEX (poly));
CREATE TABLE functional (id int PRIMARY KEY, a varchar(20), u binary(16) DEFAULT (uuid_to_bin(uuid())), UNIQUE KEY ((upper(a))));
`,
  mariadb: `
CREATE SEQUENCE numbers;
CREATE TABLE drawn (id bigint PRIMARY KEY DEFAULT nextval(numbers), x int);
CREATE TABLE kept (id int PRIMARY KEY, x int) WITH SYSTEM VERSIONING;
CREATE TABLE addresses (a uuid PRIMARY KEY, b inet4, c inet6 NOT NULL);
CREATE TABLE shapes (id int PRIMARY KEY AUTO_INCREMENT, p point NOT NULL, SPATIAL INDEX (p));
`,
};
