import type { MysqlCase } from '../case';

export default {
  title: 'A procedure is dropped and made again: a retry does the same',
  before: `
CREATE TABLE orders (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(200));
CREATE PROCEDURE close_orders() SELECT 1;
`,
  migration: `
DROP PROCEDURE IF EXISTS close_orders;
DELIMITER //
CREATE PROCEDURE close_orders(IN before_id bigint)
BEGIN
  UPDATE orders SET note = 'closed' WHERE id < before_id;
END //
DELIMITER ;
ALTER TABLE orders ADD INDEX orders_note (note);
`,
  stays: { 1: 'resumable', 2: 'resumable' },
} satisfies MysqlCase;
