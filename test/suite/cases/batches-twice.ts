import type { SuiteCase } from '../case';

export default {
  title: 'A calculation in batches commits as it goes; a retry does the first batches twice',
  modes: ['half a batch'],
  migration: `
DO $$
DECLARE start bigint := 0;
BEGIN
  WHILE start < 40 LOOP
    UPDATE orders SET total = total + 1 WHERE id > start AND id <= start + 5;
    COMMIT;
    start := start + 5;
  END LOOP;
END $$;
`,
  dirty: { 1: 'broken forward~' },
  stays: { 1: 'applied-twice' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'applied-twice' },
} satisfies SuiteCase;
