import type { Statement } from '../../model/migration';
import { isNamed, writtenTables } from '../../rollback/rows';
import { none } from '../check';
import { recoveryDialectOf } from '../dialect';
import { countOf, type Probe } from '../probe';
import { repairOf } from '../repairs';
import { type Requirement, requirementsOf } from '../requirements';
import type { RecoverySituation } from '../situation';
import { countViolations, showViolations, spokenViolations } from '../violations';
import { defineMode, type Finding } from './mode';

interface BrokenRows extends Finding {
  readonly requirement: Requirement;
}

/**
 * What the statements that are left ask of the rows which are there already. Of tables that an earlier one of them writes to nothing is known
 * yet: a backfill before SET NOT NULL is there to make it hold.
 */
function asked({ migration, partial, completed, plan }: RecoverySituation): { statement: Statement; requirement: Requirement }[] {
  const left = migration.up.statements.filter(({ index }) => index > completed);
  return left.flatMap((statement, place) => {
    const earlier = left.slice(0, place).flatMap(({ operations }) => operations);
    const isWritten = ({ table }: Requirement) =>
      earlier.some(
        (operation) =>
          operation.kind === 'do block' || operation.kind === 'call' || writtenTables(operation).some((name) => isNamed(name, table)),
      );
    return statement.operations
      .flatMap((operation) => requirementsOf(operation, partial.catalog, statement.sent, recoveryDialectOf(plan.engine).words))
      .filter((requirement) => !isWritten(requirement))
      .map((requirement) => ({ statement, requirement }));
  });
}

const rowsOf = ({ plan }: RecoverySituation) => recoveryDialectOf(plan.engine).rows;

const probeOf = (requirement: Requirement, situation: RecoverySituation): Probe => ({
  database: 'partial',
  text: countViolations(requirement, rowsOf(situation)),
});

/** Rows that a statement refuses: duplicates for a unique index, NULLs, orphans, values that a cast does not take. */
export const brokenRows = defineMode<BrokenRows>({
  name: 'rows that break a statement',
  engines: ['postgres', 'mysql', 'mariadb'],
  probes: (situation) => asked(situation).map(({ requirement }) => probeOf(requirement, situation)),
  detect: (situation) =>
    asked(situation).flatMap(({ statement, requirement }) => {
      const count = countOf(situation.answers, probeOf(requirement, situation)) ?? 0;
      if (count === 0) return [];
      const object = spokenViolations(requirement);
      return [
        {
          requirement,
          object,
          detail: `There are ${count}, and statement ${statement.index} fails on them.`,
          query: showViolations(requirement, rowsOf(situation)),
        },
      ];
    }),
  // They were there before.
  back: () => [],
  // The statements that are left may mend the rows themselves.
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
  validate: (found, situation, way) =>
    way === 'back'
      ? []
      : found
          .filter(({ requirement }) => requirement.kind !== 'cast')
          .map(({ requirement }) => none(`There are no ${spokenViolations(requirement)}`, countViolations(requirement, rowsOf(situation)))),
});
