import type { ColumnDef, Constraint } from '@pgsql/types';
import type { ColumnSpecification, ConstraintSpecification } from '../../../model/operation';
import { quoteIdentifier } from '../identifiers';
import type { StatementSource } from '../source';
import { constraintSpecification } from './constraints';
import { volatilityOf } from './expressions';
import { relationName } from './names';
import { all, strings } from './nodes';
import { bracketed, element, findWord, slice, tokenAt } from './text';
import { serialType, typeText } from './types';

/** A column as CREATE TABLE or ADD COLUMN gives it. */
export function columnSpecification(source: StatementSource, column: ColumnDef): ColumnSpecification {
  const constraints = all(column.constraints, 'Constraint');
  const stops = clauseStarts(source, column, constraints);
  const has = (type: Constraint['contype']): Constraint | undefined => constraints.find((constraint) => constraint.contype === type);
  const name = column.colname ?? '';
  const serial = serialType(column.typeName);
  const foreignKey = has('CONSTR_FOREIGN');
  const check = has('CONSTR_CHECK');
  const identity = has('CONSTR_IDENTITY');
  const collation = strings(column.collClause?.collname);
  const named = constraints.flatMap((constraint) => columnConstraint(source, name, constraint, constraints, stops) ?? []);
  return {
    name,
    type: typeText(column.typeName),
    notNull: has('CONSTR_NOTNULL') !== undefined || serial !== undefined || has('CONSTR_PRIMARY') !== undefined || identity !== undefined,
    ...defaultOf(source, has('CONSTR_DEFAULT'), stops),
    ...(identity === undefined ? {} : { identity: identity.generated_when === 'd' ? ('by default' as const) : ('always' as const) }),
    serial: serial !== undefined,
    ...generatedOf(source, has('CONSTR_GENERATED')),
    ...(collation.length === 0 ? {} : { collation: collation.map(quoteIdentifier).join('.') }),
    primaryKey: has('CONSTR_PRIMARY') !== undefined,
    unique: has('CONSTR_UNIQUE') !== undefined,
    ...(foreignKey === undefined ? {} : { references: { table: relationName(foreignKey.pktable), columns: strings(foreignKey.pk_attrs) } }),
    ...(check === undefined ? {} : { check: bracketedAfter(source, check, 'check') }),
    ...(named.length === 0 ? {} : { constraints: named }),
  };
}

/** Where the column's clauses begin: each ends the one before it. DEFERRABLE and its kin belong to the constraint before them. */
function clauseStarts(source: StatementSource, column: ColumnDef, constraints: readonly Constraint[]): number[] {
  const starts = constraints
    .filter((constraint) => !constraint.contype?.startsWith('CONSTR_ATTR'))
    .map(({ location }) => source.offset(location));
  if (column.collClause !== undefined) starts.push(source.offset(column.collClause.location));
  return starts;
}

function defaultOf(
  source: StatementSource,
  constraint: Constraint | undefined,
  stops: readonly number[],
): Pick<ColumnSpecification, 'default'> {
  if (constraint?.raw_expr === undefined) return {};
  const keyword = findWord(source, tokenAt(source, source.offset(constraint.location)), ['default']);
  if (keyword === undefined) return {};
  const text = slice(source, element(source, keyword + 1, stops));
  return { default: { text, volatility: volatilityOf(constraint.raw_expr) } };
}

function generatedOf(source: StatementSource, constraint: Constraint | undefined): Pick<ColumnSpecification, 'generated'> {
  if (constraint === undefined) return {};
  const text = bracketedAfter(source, constraint, 'as');
  return { generated: { text, kind: constraint.generated_kind === 'v' ? 'virtual' : 'stored' } };
}

/** The expression in brackets after a constraint's keyword: `CHECK (...)`, `GENERATED ALWAYS AS (...)`. */
function bracketedAfter(source: StatementSource, constraint: Constraint, keyword: string): string {
  const index = findWord(source, tokenAt(source, source.offset(constraint.location)), [keyword]);
  const inner = index === undefined ? undefined : bracketed(source, index + 1);
  return inner === undefined ? '' : slice(source, inner);
}

/** A constraint written beside a column, as the table constraint that it is. */
function columnConstraint(
  source: StatementSource,
  column: string,
  constraint: Constraint,
  siblings: readonly Constraint[],
  stops: readonly number[],
): ConstraintSpecification | undefined {
  const attributes = siblings.slice(siblings.indexOf(constraint) + 1);
  const own = attributes.findIndex((sibling) => !sibling.contype?.startsWith('CONSTR_ATTR'));
  const deferrable = attributes
    .slice(0, own === -1 ? attributes.length : own)
    .some(({ contype }) => contype === 'CONSTR_ATTR_DEFERRABLE' || contype === 'CONSTR_ATTR_DEFERRED');
  const start = tokenAt(source, source.offset(constraint.location));
  const columnList = `(${quoteIdentifier(column)})`;
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const keywords = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
      const nulls = constraint.nulls_not_distinct ? ' NULLS NOT DISTINCT' : '';
      const definition = `${keywords}${nulls} ${columnList}${deferrable ? ' DEFERRABLE' : ''}`;
      return { ...constraintSpecification(source, { ...constraint, deferrable }, column), definition };
    }
    case 'CONSTR_FOREIGN': {
      const references = findWord(source, start, ['references']);
      const text = references === undefined ? '' : slice(source, element(source, references, stops));
      return { ...constraintSpecification(source, { ...constraint, deferrable }, column), definition: `FOREIGN KEY ${columnList} ${text}` };
    }
    case 'CONSTR_CHECK': {
      const keyword = findWord(source, start, ['check']);
      const text = keyword === undefined ? '' : slice(source, element(source, keyword, stops));
      return { ...constraintSpecification(source, constraint, column), definition: text };
    }
    case 'CONSTR_NOTNULL': {
      if (constraint.conname === undefined) return undefined;
      return { ...constraintSpecification(source, constraint, column), definition: `NOT NULL ${quoteIdentifier(column)}` };
    }
    default:
      return undefined;
  }
}
