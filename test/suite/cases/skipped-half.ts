import type { SuiteCase } from '../case';

export default {
  title: 'A block that looks whether it has begun takes a half for the whole',
  migration: `
ALTER TABLE orders ADD COLUMN IF NOT EXISTS checked boolean;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM orders WHERE checked) THEN
    UPDATE orders SET checked = true WHERE id <= 5;
    COMMIT;
    UPDATE orders SET checked = true WHERE id > 5;
  END IF;
END $$;
`,
  stays: { 1: 'resumable' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:2': 'false-success forward-' },
} satisfies SuiteCase;
