import type { SuiteCase } from '../case';

export default {
  title: 'A backfill in batches commits as it goes; what is done already is passed over by a retry',
  modes: ['half a batch'],
  migration: `
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;
DO $$
DECLARE done integer;
BEGIN
  LOOP
    UPDATE orders SET currency = 'EUR' WHERE id IN (SELECT id FROM orders WHERE currency IS NULL ORDER BY id LIMIT 5);
    GET DIAGNOSTICS done = ROW_COUNT;
    EXIT WHEN done = 0;
    COMMIT;
  END LOOP;
END $$;
`,
  stays: { 1: 'resumable' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:2': 'resumable' },
} satisfies SuiteCase;
