import type { ObjectName } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { makeObjectName } from '../../schema/server-names';
import type { RuleContext } from '../context';
import type { NewMigration } from './next-migration';

/** NOT NULL in steps of which none scans the table under a lock that stops reads or writes. */
export interface NotNullSteps {
  /** A subcommand of ALTER TABLE, for the first transaction. */
  readonly subcommand: string;
  /** What comes in a later transaction. */
  readonly later: NewMigration;
}

/**
 * From 18 on, NOT NULL ... NOT VALID and VALIDATE (manual, ALTER TABLE, "ADD table_constraint [NOT VALID]"). Before, a CHECK that is
 * validated apart proves it: SET NOT NULL then skips its scan (release notes of 12).
 */
export function notNullSteps(context: RuleContext, table: ObjectName, column: string): NotNullSteps {
  const target = quoteQualified(table.schema, table.name);
  const name = quoteIdentifier(makeObjectName(table.name, column, 'not_null'));
  const quoted = quoteIdentifier(column);
  const slug = `validate_${makeObjectName(table.name, column, 'not_null')}`;
  const dropNotNull = `ALTER TABLE ${target} ALTER COLUMN ${quoted} DROP NOT NULL;`;
  if (context.engine.major >= 18) {
    return {
      subcommand: `ADD CONSTRAINT ${name} NOT NULL ${quoted} NOT VALID`,
      later: { slug, transactional: true, up: [`ALTER TABLE ${target} VALIDATE CONSTRAINT ${name};`], down: [] },
    };
  }
  return {
    subcommand: `ADD CONSTRAINT ${name} CHECK (${quoted} IS NOT NULL) NOT VALID`,
    later: {
      slug,
      transactional: true,
      up: [
        `ALTER TABLE ${target} VALIDATE CONSTRAINT ${name};`,
        `ALTER TABLE ${target} ALTER COLUMN ${quoted} SET NOT NULL;`,
        `ALTER TABLE ${target} DROP CONSTRAINT ${name};`,
      ],
      down: [dropNotNull],
    },
  };
}
