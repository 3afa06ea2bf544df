import type { SuiteCase } from '../case';

export default {
  title: 'A procedure that commits between its batches is called',
  modes: ['half a batch'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL);
INSERT INTO orders SELECT g, 'open' FROM generate_series(1, 20) g;
CREATE PROCEDURE close_orders() LANGUAGE plpgsql AS $$
DECLARE start bigint := 0;
BEGIN
  WHILE start < 20 LOOP
    UPDATE orders SET state = 'closed' WHERE id > start AND id <= start + 5;
    COMMIT;
    start := start + 5;
  END LOOP;
END $$;
`,
  migration: `
CALL close_orders();
ALTER TABLE orders ADD COLUMN closed_at timestamptz;
`,
  stays: { 1: 'resumable back~' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'resumable back~' },
} satisfies SuiteCase;
