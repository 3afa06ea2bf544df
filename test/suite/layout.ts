import type { SuiteCase } from './case';
import { shop } from './case';

/** The folder that a case's framework reads, and the file in it that is simulated. */
export interface Layout {
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
}

/** Lays out a case as its framework wants it: what is before as its first migration, and the one that is simulated as its second. */
export function layoutOf({ framework = 'sql', transaction, before = shop, migration }: SuiteCase): Layout {
  switch (framework) {
    case 'sql':
      return { files: { '001_before.sql': before, '002_change.sql': migration }, target: '002_change.sql' };
    case 'flyway':
      return {
        files: {
          'V1__before.sql': before,
          'V2__change.sql': migration,
          ...(transaction === false && { 'V2__change.sql.conf': 'executeInTransaction=false\n' }),
        },
        target: 'V2__change.sql',
      };
    case 'golang-migrate':
      return { files: { '000001_before.up.sql': before, '000002_change.up.sql': migration }, target: '000002_change.up.sql' };
    case 'dbmate': {
      const up = transaction === false ? '-- migrate:up transaction:false' : '-- migrate:up';
      return {
        files: {
          '20260101000000_before.sql': `-- migrate:up\n${before}\n-- migrate:down\n`,
          '20260102000000_change.sql': `${up}\n${migration}\n-- migrate:down\n`,
        },
        target: '20260102000000_change.sql',
      };
    }
    case 'goose': {
      const head = transaction === false ? '-- +goose NO TRANSACTION\n' : '';
      return {
        files: {
          '00001_before.sql': `-- +goose Up\n${before}\n-- +goose Down\n`,
          '00002_change.sql': `${head}-- +goose Up\n${migration}\n-- +goose Down\n`,
        },
        target: '00002_change.sql',
      };
    }
    case 'prisma':
      return {
        files: {
          'migration_lock.toml': 'provider = "postgresql"\n',
          '20260101000000_before/migration.sql': before,
          '20260102000000_change/migration.sql': migration,
        },
        target: '20260102000000_change/migration.sql',
      };
    case 'sql-migrate': {
      const up = transaction === false ? '-- +migrate Up notransaction' : '-- +migrate Up';
      return {
        files: { '1-before.sql': `-- +migrate Up\n${before}\n`, '2-change.sql': `${up}\n${migration}\n` },
        target: '2-change.sql',
      };
    }
    case 'sqlx': {
      const head = transaction === false ? '-- no-transaction\n' : '';
      return {
        files: { '20260101000000_before.sql': before, '20260102000000_change.sql': `${head}${migration}` },
        target: '20260102000000_change.sql',
      };
    }
    case 'supabase':
      return {
        files: { '20260101000000_before.sql': before, '20260102000000_change.sql': migration },
        target: '20260102000000_change.sql',
      };
    case 'drizzle': {
      const entry = (idx: number, tag: string) => ({ idx, version: '7', when: 1_767_225_600_000 + idx, tag, breakpoints: true });
      const journal = { version: '7', dialect: 'postgresql', entries: [entry(0, '0000_before'), entry(1, '0001_change')] };
      return {
        files: { 'meta/_journal.json': JSON.stringify(journal), '0000_before.sql': before, '0001_change.sql': migration },
        target: '0001_change.sql',
      };
    }
    default:
      throw new Error(`The suite has no layout for ${String(framework)}.`);
  }
}
