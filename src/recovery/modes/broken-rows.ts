import type { Statement } from '../../model/migration';
import { isNamed, writtenTables } from '../../rollback/rows';
import { none } from '../check';
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
function asked({ migration, partial, completed }: RecoverySituation): { statement: Statement; requirement: Requirement }[] {
  const left = migration.up.statements.filter(({ index }) => index > completed);
  return left.flatMap((statement, place) => {
    const earlier = left.slice(0, place).flatMap(({ operations }) => operations);
    const isWritten = ({ table }: Requirement) =>
      earlier.some(
        (operation) =>
          operation.kind === 'do block' || operation.kind === 'call' || writtenTables(operation).some((name) => isNamed(name, table)),
      );
    return statement.operations
      .flatMap((operation) => requirementsOf(operation, partial.catalog, statement.sent))
      .filter((requirement) => !isWritten(requirement))
      .map((requirement) => ({ statement, requirement }));
  });
}

const probeOf = (requirement: Requirement): Probe => ({ database: 'partial', text: countViolations(requirement) });

/** Rows that a statement refuses: duplicates for a unique index, NULLs, orphans, values that a cast does not take. */
export const brokenRows = defineMode<BrokenRows>({
  name: 'rows that break a statement',
  probes: (situation) => asked(situation).map(({ requirement }) => probeOf(requirement)),
  detect: (situation) =>
    asked(situation).flatMap(({ statement, requirement }) => {
      const count = countOf(situation.answers, probeOf(requirement)) ?? 0;
      if (count === 0) return [];
      const object = spokenViolations(requirement);
      return [
        {
          requirement,
          object,
          detail: `There are ${count}, and statement ${statement.index} fails on them.`,
          query: showViolations(requirement),
        },
      ];
    }),
  // They were there before.
  back: () => [],
  // The statements that are left may mend the rows themselves.
  trial: 'fallback',
  forward: (found, { partial }) => found.flatMap(({ requirement }) => repairOf(requirement, partial.catalog).steps),
  losses: (found, { partial }, way) =>
    way === 'back'
      ? []
      : found.flatMap(({ requirement }) => {
          const { loses, loss } = repairOf(requirement, partial.catalog);
          return loss.map((entry) => ({ text: loses, loss: entry }));
        }),
  validate: (found, _, way) =>
    way === 'back'
      ? []
      : found
          .filter(({ requirement }) => requirement.kind !== 'cast')
          .map(({ requirement }) => none(`There are no ${spokenViolations(requirement)}`, countViolations(requirement))),
});
