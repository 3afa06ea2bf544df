import { type Constraint, relationKey, type Table } from '../../model/catalog';
import type { RecoveryStep } from '../../model/simulation';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken, sqlName } from '../../rollback/names';
import { countOf, type Probe } from '../probe';
import { type Requirement, requirementsOfConstraint } from '../requirements';
import { type RecoverySituation, sqlStep } from '../situation';
import { countViolations, showViolations, spokenViolations } from '../violations';
import { defineMode, type Finding } from './mode';

interface BypassedConstraint extends Finding {
  readonly table: Table;
  readonly constraint: Constraint;
}

/** What lets rows pass that a foreign key would refuse: its triggers do not fire. Checks and unique indexes always work. */
const bypass = /session_replication_role|disable\s+trigger/i;

interface Candidate {
  readonly table: Table;
  readonly constraint: Constraint;
  readonly requirement: Requirement;
}

/** Foreign keys that the catalog calls valid, of tables whose rows changed, where the migration switches their triggers off. */
function candidates({ migration, before, partial }: RecoverySituation): Candidate[] {
  if (!migration.up.statements.some(({ sent }) => bypass.test(sent))) return [];
  const hashes = new Map(before.data.map(({ table, rowsHash }) => [table, rowsHash]));
  const changed = new Set(partial.data.filter(({ table, rowsHash }) => hashes.get(table) !== rowsHash).map(({ table }) => table));
  return partial.catalog.tables.flatMap((table) =>
    table.constraints
      .filter(({ kind, validated, enforced, inherited }) => kind === 'foreign key' && validated && enforced && inherited !== true)
      .filter(({ references }) => changed.has(relationKey(table)) || changed.has(references ?? ''))
      .flatMap((constraint) =>
        requirementsOfConstraint(constraint, table, partial.catalog).map((requirement) => ({ table, constraint, requirement })),
      ),
  );
}

const probeOf = ({ requirement }: Candidate): Probe => ({ database: 'partial', text: countViolations(requirement) });

/** VALIDATE does nothing to a constraint that is marked valid: it has to go and come back (measured). */
function checkAgain(table: Table, constraint: Constraint, major: number): RecoveryStep {
  const on = `ALTER TABLE ${sqlName(table)}`;
  const name = quoteIdentifier(constraint.name);
  const title = `Check all rows of ${spoken(table)} against ${constraint.name}`;
  const why = 'It is marked valid, so VALIDATE CONSTRAINT would look at nothing, and rows came in while its triggers were off.';
  const text =
    major >= 18
      ? `BEGIN;\n${on} ALTER CONSTRAINT ${name} NOT ENFORCED;\n${on} ALTER CONSTRAINT ${name} ENFORCED;\nCOMMIT;`
      : `BEGIN;\n${on} DROP CONSTRAINT ${name};\n${on} ADD CONSTRAINT ${name} ${constraint.definition} NOT VALID;\nCOMMIT;\n${on} VALIDATE CONSTRAINT ${name};`;
  return sqlStep(title, why, text);
}

/** A load under session_replication_role = replica, or with triggers disabled: no trace of it is in the catalog. */
export const bypassedConstraint = defineMode<BypassedConstraint>({
  name: 'foreign key bypassed',
  probes: (situation) => candidates(situation).map(probeOf),
  detect: (situation) =>
    candidates(situation).flatMap((candidate) => {
      const count = countOf(situation.answers, probeOf(candidate)) ?? 0;
      if (count === 0) return [];
      const { table, constraint, requirement } = candidate;
      const object = `${constraint.name} of ${spoken(table)}`;
      return [
        {
          table,
          constraint,
          object,
          detail: `It is marked valid, and there are ${count} ${spokenViolations(requirement)}.`,
          query: showViolations(requirement),
        },
      ];
    }),
  // The batch is taken back with the rows that came.
  back: () => [],
  place: 'last',
  trial: 'preferred',
  forward: (found, { plan }) => found.map(({ table, constraint }) => checkAgain(table, constraint, plan.engine.major)),
  // Orphans are asked about for every foreign key of the tables that were touched.
  validate: () => [],
});
