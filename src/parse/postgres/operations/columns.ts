import type { ColumnDef, Constraint } from '@pgsql/types';
import type { ColumnSpecification, ConstraintSpecification } from '../../../model/operation';
import { quoteIdentifier } from '../identifiers';
import type { StatementSource } from '../source';
import { type BesideColumn, constraintSpecification } from './constraints';
import { volatilityOf } from './expressions';
import { all, strings } from './nodes';
import { bracketed, element, findWord, slice, tokenAt } from './text';
import { serialType, typeText } from './types';

/** A column's definition in hand. */
interface Definition {
  readonly source: StatementSource;
  readonly column: ColumnDef;
  readonly name: string;
  readonly constraints: readonly Constraint[];
}

type Draft = { -readonly [K in keyof ColumnSpecification]: ColumnSpecification[K] };

/** A column as CREATE TABLE or ADD COLUMN gives it. */
export function columnSpecification(source: StatementSource, column: ColumnDef): ColumnSpecification {
  const constraints = all(column.constraints, 'Constraint');
  const definition = { source, column, name: column.colname ?? '', constraints };
  const serial = serialType(column.typeName) !== undefined;
  const specification: Draft = {
    name: definition.name,
    type: typeText(column.typeName),
    notNull: serial,
    serial,
    primaryKey: false,
    unique: false,
  };
  // One by one, and not by spreading: a schema has thousands of columns.
  if (column.collClause !== undefined) {
    const collation = strings(column.collClause.collname);
    if (collation.length > 0) specification.collation = collation.map(quoteIdentifier).join('.');
  }
  if (column.storage_name !== undefined) specification.storage = column.storage_name.toLowerCase();
  if (column.compression !== undefined) specification.compression = column.compression.toLowerCase();
  // From the last to the first: the first of its kind counts.
  for (let index = constraints.length - 1; index >= 0; index--) {
    const constraint = constraints[index];
    if (constraint !== undefined) addClause(specification, definition, constraint);
  }
  const written = writtenConstraints(definition);
  if (written.length === 0) return specification;
  specification.constraints = written;
  for (const constraint of written) {
    if (constraint.kind === 'foreign key') specification.references ??= constraint.target;
    else if (constraint.kind === 'check') specification.check ??= constraint.expression;
  }
  return specification;
}

/** What a constraint beside a column says about the column itself. */
function addClause(specification: Draft, definition: Definition, constraint: Constraint): void {
  switch (constraint.contype) {
    case 'CONSTR_NOTNULL':
      specification.notNull = true;
      return;
    case 'CONSTR_PRIMARY':
      specification.notNull = true;
      specification.primaryKey = true;
      return;
    case 'CONSTR_UNIQUE':
      specification.unique = true;
      return;
    case 'CONSTR_IDENTITY':
      specification.notNull = true;
      specification.identity = constraint.generated_when === 'd' ? 'by default' : 'always';
      if (constraint.options !== undefined) {
        const index = findWord(definition.source, tokenAt(definition.source, definition.source.offset(constraint.location)), ['identity']);
        const inner = index === undefined ? undefined : bracketed(definition.source, index + 1);
        if (inner !== undefined) specification.identityOptions = slice(definition.source, inner);
      }
      return;
    case 'CONSTR_GENERATED': {
      const kind = constraint.generated_kind === 'v' ? 'virtual' : 'stored';
      specification.generated = { text: generatedText(definition.source, constraint), kind };
      return;
    }
    case 'CONSTR_DEFAULT': {
      if (constraint.raw_expr === undefined) return;
      const text = clause(definition, constraint, 'default', 1);
      if (text !== undefined) specification.default = { text, volatility: volatilityOf(constraint.raw_expr) };
    }
  }
}

/** The expression in brackets after GENERATED ALWAYS AS. */
function generatedText(source: StatementSource, constraint: Constraint): string {
  const index = findWord(source, tokenAt(source, source.offset(constraint.location)), ['as']);
  const inner = index === undefined ? undefined : bracketed(source, index + 1);
  return inner === undefined ? '' : slice(source, inner);
}

/** What stands from a constraint's keyword on, or so many words behind it, to where the column's next clause begins. */
function clause(definition: Definition, constraint: Constraint, keyword: string, behind: number): string | undefined {
  const { source } = definition;
  const index = findWord(source, tokenAt(source, source.offset(constraint.location)), [keyword]);
  return index === undefined ? undefined : slice(source, element(source, index + behind, clauseStarts(definition)));
}

/** Where the column's clauses begin: each ends the one before it. DEFERRABLE and its kin belong to the constraint before them. */
function clauseStarts({ source, column, constraints }: Definition): number[] {
  const starts: number[] = [];
  for (const constraint of constraints) {
    if (!isAttribute(constraint)) starts.push(source.offset(constraint.location));
  }
  if (column.collClause !== undefined) starts.push(source.offset(column.collClause.location));
  return starts;
}

function isAttribute({ contype }: Constraint): boolean {
  return contype?.startsWith('CONSTR_ATTR') === true;
}

/** The constraints written beside a column, as the table constraints that they are. */
function writtenConstraints(definition: Definition): ConstraintSpecification[] {
  const found: ConstraintSpecification[] = [];
  for (const [index, constraint] of definition.constraints.entries()) {
    const beside = asTableConstraint(definition, constraint, index);
    if (beside !== undefined) found.push(constraintSpecification(definition.source, constraint, beside));
  }
  return found;
}

/** Undefined for what is no constraint, and for a NOT NULL without a name. */
function asTableConstraint(definition: Definition, constraint: Constraint, index: number): BesideColumn | undefined {
  const { name: column, constraints } = definition;
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const keywords = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
      const nulls = constraint.nulls_not_distinct ? ' NULLS NOT DISTINCT' : '';
      const deferrable = isDeferrable(constraints, index);
      return { column, deferrable, definition: `${keywords}${nulls} (${quoteIdentifier(column)})${deferrable ? ' DEFERRABLE' : ''}` };
    }
    case 'CONSTR_FOREIGN': {
      const references = clause(definition, constraint, 'references', 0) ?? '';
      const deferrable = isDeferrable(constraints, index);
      return { column, deferrable, definition: `FOREIGN KEY (${quoteIdentifier(column)}) ${references}` };
    }
    case 'CONSTR_CHECK':
      return { column, deferrable: false, definition: clause(definition, constraint, 'check', 0) ?? '' };
    case 'CONSTR_NOTNULL':
      if (constraint.conname === undefined) return undefined;
      return { column, deferrable: false, definition: `NOT NULL ${quoteIdentifier(column)}` };
    default:
      return undefined;
  }
}

/** Does DEFERRABLE follow before the next constraint? */
function isDeferrable(constraints: readonly Constraint[], index: number): boolean {
  for (let at = index + 1; at < constraints.length; at++) {
    const sibling = constraints[at];
    if (sibling === undefined || !isAttribute(sibling)) return false;
    if (sibling.contype === 'CONSTR_ATTR_DEFERRABLE' || sibling.contype === 'CONSTR_ATTR_DEFERRED') return true;
  }
  return false;
}
