import type { MysqlCase } from '../case';

export default {
  title: 'A trigger with DELIMITER, and its column before it',
  migration: `
ALTER TABLE orders ADD COLUMN changes int NOT NULL DEFAULT 0;
DELIMITER //
CREATE TRIGGER orders_count BEFORE UPDATE ON orders FOR EACH ROW
BEGIN
  SET NEW.changes = OLD.changes + 1;
END //
DELIMITER ;
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
