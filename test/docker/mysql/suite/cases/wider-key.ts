import type { MysqlCase } from '../case';

export default {
  title: 'The key gets a larger type, and its users after it',
  before: `
CREATE TABLE items (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, text varchar(50));
CREATE TABLE notes (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, line_id int NOT NULL);
`,
  migration: `
ALTER TABLE items MODIFY COLUMN id bigint NOT NULL AUTO_INCREMENT;
ALTER TABLE notes MODIFY COLUMN line_id bigint NOT NULL;
`,
  stays: { 1: 'resumable' },
} satisfies MysqlCase;
