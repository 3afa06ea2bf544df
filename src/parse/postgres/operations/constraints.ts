import type { Constraint } from '@pgsql/types';
import type { ConstraintSpecification } from '../../../model/operation';
import type { Span } from '../../../model/text';
import type { StatementSource } from '../source';
import { relationName } from './names';
import { strings } from './nodes';
import { bracketed, element, findWord, slice, tokenAt } from './text';

/** A constraint that was written beside a column: what it would be as a table constraint. */
export interface BesideColumn {
  readonly column: string;
  readonly definition: string;
  readonly deferrable: boolean;
}

/** A constraint of a table, or `beside` a column. */
export function constraintSpecification(source: StatementSource, constraint: Constraint, beside?: BesideColumn): ConstraintSpecification {
  const specification: Draft = withKind(source, constraint, beside);
  if (constraint.conname !== undefined) specification.name = constraint.conname;
  const definition = beside === undefined ? definitionOf(source, constraint) : beside.definition;
  if (definition !== undefined) specification.definition = definition;
  return specification;
}

type Draft = ConstraintSpecification & { name?: string; definition?: string };

function withKind(source: StatementSource, constraint: Constraint, beside: BesideColumn | undefined): ConstraintSpecification {
  const notValid = constraint.skip_validation === true;
  const deferrable = beside?.deferrable ?? constraint.deferrable === true;
  const own = beside === undefined ? [] : [beside.column];
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const columns = constraint.keys === undefined ? own : strings(constraint.keys);
      const kind = constraint.contype === 'CONSTR_PRIMARY' ? 'primary key' : 'unique';
      const usingIndex = constraint.indexname;
      return usingIndex === undefined ? { notValid, deferrable, kind, columns } : { notValid, deferrable, kind, columns, usingIndex };
    }
    case 'CONSTR_FOREIGN': {
      const columns = constraint.fk_attrs === undefined ? own : strings(constraint.fk_attrs);
      const target = { table: relationName(constraint.pktable), columns: strings(constraint.pk_attrs) };
      return { notValid, deferrable, kind: 'foreign key', columns, target };
    }
    case 'CONSTR_NOTNULL':
      return { notValid, deferrable, kind: 'not null', column: beside?.column ?? strings(constraint.keys)[0] ?? '' };
    case 'CONSTR_EXCLUSION':
      return { notValid, deferrable, kind: 'exclude' };
    default: {
      const keyword = findWord(source, tokenAt(source, source.offset(constraint.location)), ['check']);
      const inner = keyword === undefined ? undefined : bracketed(source, keyword + 1);
      return { notValid, deferrable, kind: 'check', expression: inner === undefined ? '' : slice(source, inner) };
    }
  }
}

/** The words of a table constraint after its name, without NOT VALID. */
function definitionOf(source: StatementSource, constraint: Constraint): string | undefined {
  let start = tokenAt(source, source.offset(constraint.location));
  if (source.tokens.words[start] === 'constraint') start += 2;
  const whole = element(source, start);
  const end = withoutNotValid(source, whole);
  return end <= whole.start ? undefined : slice(source, { start: whole.start, end });
}

/** The end of an element without the NOT VALID that may close it. */
function withoutNotValid(source: StatementSource, whole: Span): number {
  const last = tokenAt(source, whole.end) - 1;
  const closes = source.tokens.words[last] === 'valid' && source.tokens.words[last - 1] === 'not';
  return closes ? (source.tokens.ends[last - 2] ?? whole.end) : whole.end;
}
