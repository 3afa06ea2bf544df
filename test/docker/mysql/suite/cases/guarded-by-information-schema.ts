import type { MysqlCase } from '../case';

export default {
  title: 'A column is added only where it is missing, by a prepared statement',
  migration: `
SET @missing = (SELECT COUNT(*) = 0 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'orders' AND column_name = 'currency');
SET @text = IF(@missing, 'ALTER TABLE orders ADD COLUMN currency char(3)', 'DO 0');
PREPARE change_it FROM @text;
EXECUTE change_it;
DEALLOCATE PREPARE change_it;
UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
`,
  // What is executed stands in no text.
  idle: [3, 4, 5],
  stays: { 3: 'rolled-back', 4: 'resumable', 5: 'resumable' },
} satisfies MysqlCase;
