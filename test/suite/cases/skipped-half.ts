import type { SuiteCase } from '../case';

export default {
  title: 'A block that looks whether the table is there takes a half for the whole',
  migration: `
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'audit_marks') THEN
    CREATE TABLE audit_marks (id bigint PRIMARY KEY);
    COMMIT;
    CREATE INDEX audits_id_idx ON audits (id);
  END IF;
END $$;
`,
  stays: { 1: 'resumable' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock@during:2': 'false-success' },
} satisfies SuiteCase;
