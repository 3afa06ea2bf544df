import type { Constraint } from '@pgsql/types';
import type { ConstraintSpecification } from '../../../model/operation';
import type { Span } from '../../../model/text';
import type { StatementSource } from '../source';
import { relationName } from './names';
import { strings } from './nodes';
import { bracketed, element, findWord, slice, token, tokenAt } from './text';

/** A constraint of a table; `column` is the column beside which it was written, if it was. */
export function constraintSpecification(source: StatementSource, constraint: Constraint, column?: string): ConstraintSpecification {
  const base = {
    ...(constraint.conname === undefined ? {} : { name: constraint.conname }),
    notValid: constraint.skip_validation === true,
    deferrable: constraint.deferrable === true,
    ...(column === undefined ? definitionOf(source, constraint) : {}),
  };
  const own = column === undefined ? [] : [column];
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const columns = constraint.keys === undefined ? own : strings(constraint.keys);
      const index = constraint.indexname;
      const kind = constraint.contype === 'CONSTR_PRIMARY' ? 'primary key' : 'unique';
      return { ...base, kind, columns, ...(index === undefined ? {} : { usingIndex: index }) };
    }
    case 'CONSTR_FOREIGN': {
      const target = { table: relationName(constraint.pktable), columns: strings(constraint.pk_attrs) };
      return { ...base, kind: 'foreign key', columns: constraint.fk_attrs === undefined ? own : strings(constraint.fk_attrs), target };
    }
    case 'CONSTR_NOTNULL':
      return { ...base, kind: 'not null', column: column ?? strings(constraint.keys)[0] ?? '' };
    case 'CONSTR_EXCLUSION':
      return { ...base, kind: 'exclude' };
    default: {
      const keyword = findWord(source, tokenAt(source, source.offset(constraint.location)), ['check']);
      const inner = keyword === undefined ? undefined : bracketed(source, keyword + 1);
      return { ...base, kind: 'check', expression: inner === undefined ? '' : slice(source, inner) };
    }
  }
}

/** The words of a table constraint after its name, without NOT VALID. */
function definitionOf(source: StatementSource, constraint: Constraint): { readonly definition?: string } {
  let start = tokenAt(source, source.offset(constraint.location));
  if (token(source, start)?.word === 'constraint') start += 2;
  const whole = element(source, start);
  const end = withoutNotValid(source, whole);
  return end <= whole.start ? {} : { definition: slice(source, { start: whole.start, end }) };
}

/** The end of an element without the NOT VALID that may close it. */
function withoutNotValid(source: StatementSource, whole: Span): number {
  const last = tokenAt(source, whole.end) - 1;
  const closes = token(source, last)?.word === 'valid' && token(source, last - 1)?.word === 'not';
  return closes ? (token(source, last - 2)?.end ?? whole.end) : whole.end;
}
