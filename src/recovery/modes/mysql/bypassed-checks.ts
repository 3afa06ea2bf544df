import { type Constraint, relationKey, type Table } from '../../../model/catalog';
import { spoken } from '../../../rollback/names';
import { recoveryDialectOf } from '../../dialect';
import { countOf, type Probe } from '../../probe';
import { repairOf } from '../../repairs';
import { type Requirement, requirementsOfConstraint } from '../../requirements';
import type { RecoverySituation } from '../../situation';
import { countViolations, showViolations, spokenViolations } from '../../violations';
import { defineMode, type Finding } from '../mode';

interface Bypassed extends Finding {
  readonly requirement: Requirement;
}

const switchesOff = /foreign_key_checks\s*:?=\s*(0|off|false)|alter\s+table[\s\S]*disable\s+keys/i;

interface Candidate {
  readonly table: Table;
  readonly constraint: Constraint;
  readonly requirement: Requirement;
}

/** Foreign keys of tables whose rows changed, where the migration has switched the checks off. */
function candidates({ migration, before, partial, plan }: RecoverySituation): Candidate[] {
  if (!migration.up.statements.some(({ sent }) => switchesOff.test(sent))) return [];
  const { words } = recoveryDialectOf(plan.engine);
  const hashes = new Map(before.data.map(({ table, rowsHash }) => [table, rowsHash]));
  const changed = new Set(partial.data.filter(({ table, rowsHash }) => hashes.get(table) !== rowsHash).map(({ table }) => table));
  return partial.catalog.tables.flatMap((table) =>
    table.constraints
      .filter(({ kind, references }) => kind === 'foreign key' && (changed.has(relationKey(table)) || changed.has(references ?? '')))
      .flatMap((constraint) =>
        requirementsOfConstraint(constraint, table, partial.catalog, words).map((requirement) => ({ table, constraint, requirement })),
      ),
  );
}

const rowsOf = ({ plan }: RecoverySituation) => recoveryDialectOf(plan.engine).rows;

const probeOf = ({ requirement }: Candidate, situation: RecoverySituation): Probe => ({
  database: 'partial',
  text: countViolations(requirement, rowsOf(situation)),
});

/** A load with foreign_key_checks = 0. Switching the checks on again looks at nothing that is there (manual, FOREIGN KEY Constraints). */
export const bypassedChecks = defineMode<Bypassed>({
  name: 'foreign key checks switched off',
  engines: ['mysql', 'mariadb'],
  probes: (situation) => candidates(situation).map((candidate) => probeOf(candidate, situation)),
  detect: (situation) =>
    candidates(situation).flatMap((candidate) => {
      const count = countOf(situation.answers, probeOf(candidate, situation)) ?? 0;
      if (count === 0) return [];
      const { table, constraint, requirement } = candidate;
      const detail = `There are ${count} ${spokenViolations(requirement)}. SET foreign_key_checks = 1 does not look at them.`;
      return [
        { requirement, object: `${constraint.name} of ${spoken(table)}`, detail, query: showViolations(requirement, rowsOf(situation)) },
      ];
    }),
  // The rows that came are taken back.
  back: () => [],
  place: 'last',
  // Later statements may bring the rows that are pointed to.
  trial: 'fallback',
  forward: (found, { partial, plan }) =>
    found.flatMap(({ requirement }) => repairOf(requirement, partial.catalog, recoveryDialectOf(plan.engine)).steps),
  losses: (found, { partial, plan }, way) =>
    way === 'back'
      ? []
      : found.flatMap(({ requirement }) => {
          const { loses, loss } = repairOf(requirement, partial.catalog, recoveryDialectOf(plan.engine));
          return loss.map((entry) => ({ text: loses, loss: entry }));
        }),
  // Orphans are asked about for every foreign key of the tables that were touched.
  validate: () => [],
});
