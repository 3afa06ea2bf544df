import type { MysqlCase } from '../case';

export default {
  title: 'A foreign key that rows of before can break',
  modes: ['foreign key checks off'],
  before: `
CREATE TABLE people (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL);
CREATE TABLE visits (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id bigint unsigned, KEY visits_customer (customer_id));
INSERT INTO people (id, name) VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO visits (id, customer_id) VALUES (1, 1), (2, 2);
`,
  migration: `
ALTER TABLE visits ADD CONSTRAINT visits_customer_fk FOREIGN KEY (customer_id) REFERENCES people (id);
`,
  rows: 0,
  dirty: { 1: 'rolled-back forward~' },
} satisfies MysqlCase;
