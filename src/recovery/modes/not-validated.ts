import type { Constraint, Table } from '../../model/catalog';
import { quoteLiteral } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { match } from '../../state/match';
import { gives, none } from '../check';
import { regclass } from '../postgres/regclass';
import { requirementsOfConstraint } from '../requirements';
import type { RecoverySituation } from '../situation';
import { countViolations, showViolations, spokenViolations } from '../violations';
import { defineMode, type Finding, type ModeDefinition } from './mode';

interface UncheckedConstraint extends Finding {
  readonly table: Table;
  readonly constraint: Constraint;
}

/** Constraints of the partial state for which this holds, and that were not there so before. */
function unchecked({ before, partial }: RecoverySituation, isUnchecked: (constraint: Constraint) => boolean) {
  const earlier = new Set(before.catalog.tables.flatMap((table) => table.constraints.filter(isUnchecked).map(({ identity }) => identity)));
  return partial.catalog.tables.flatMap((table) =>
    table.constraints
      .filter((constraint) => isUnchecked(constraint) && constraint.inherited !== true && !earlier.has(constraint.identity))
      .map((constraint) => ({ table, constraint })),
  );
}

/** On the way forward the constraint has to be as it is after; nothing breaks it then. On the way back it is gone, or valid again. */
const validate: ModeDefinition<UncheckedConstraint>['validate'] = (found, { before, after }, way) => {
  const target = way === 'back' ? before : after;
  return found.flatMap(({ table, constraint }) => {
    const goal = target && match([table], target.catalog.tables, ({ identity }) => identity).pairs[0]?.[1];
    const there = goal?.constraints.find(({ name }) => name === constraint.name);
    const where = `conname = ${quoteLiteral(constraint.name)}`;
    if (goal === undefined) return [];
    if (there === undefined)
      return [
        none(
          `${constraint.name} is gone`,
          `SELECT count(*) FROM pg_constraint WHERE conrelid = ${regclass(goal.schema, goal.name)} AND ${where}`,
        ),
      ];
    return [
      gives(
        `${constraint.name} is ${there.validated ? 'validated' : 'there, and not validated'}`,
        `SELECT convalidated FROM pg_constraint WHERE conrelid = ${regclass(goal.schema, goal.name)} AND ${where}`,
        there.validated,
      ),
      ...(there.validated && target !== undefined
        ? requirementsOfConstraint(there, goal, target.catalog).map((requirement) =>
            none(`There are no ${spokenViolations(requirement)}`, countViolations(requirement)),
          )
        : []),
    ];
  });
};

const queryOf = (table: Table, constraint: Constraint, situation: RecoverySituation, fallback: string) =>
  requirementsOfConstraint(constraint, table, situation.partial.catalog).map((requirement) => showViolations(requirement))[0] ?? fallback;

/** ADD CONSTRAINT ... NOT VALID checks new rows only, until VALIDATE CONSTRAINT has looked at the old ones (manual, ALTER TABLE). */
export const notValidated = defineMode<UncheckedConstraint>({
  name: 'constraint NOT VALID and never validated',
  detect: (situation) =>
    unchecked(situation, ({ validated, enforced }) => !validated && enforced).map((entry) => ({
      ...entry,
      object: `${entry.constraint.name} of ${spoken(entry.table)}`,
      detail: 'It refuses new rows that break it; nobody has looked at the old ones.',
      query: queryOf(
        entry.table,
        entry.constraint,
        situation,
        'SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated;',
      ),
    })),
  // The writer of DDL drops or validates it; rows that break it are a mode of their own.
  back: () => [],
  forward: () => [],
  validate,
});

/** Since Postgres 18 a constraint can be NOT ENFORCED: it refuses nothing at all. */
export const notEnforced = defineMode<UncheckedConstraint>({
  name: 'constraint NOT ENFORCED',
  detect: (situation) =>
    unchecked(situation, ({ enforced }) => !enforced).map((entry) => ({
      ...entry,
      object: `${entry.constraint.name} of ${spoken(entry.table)}`,
      detail: 'It refuses nothing, new rows or old.',
      query: queryOf(
        entry.table,
        entry.constraint,
        situation,
        'SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT conenforced;',
      ),
    })),
  // The writer of DDL drops it, or switches it on, which looks at all rows.
  back: () => [],
  forward: () => [],
  validate,
});
