import type { Constraint, Index, Table } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import type { MysqlPair } from './column-clauses';
import { namesOneOf, renamedIn } from './names';

/** What an ALTER says of indexes and checks: first what goes, then what comes. */
export interface PartClauses {
  readonly drops: readonly string[];
  readonly adds: readonly string[];
  /** What would come, and has to wait until values are restored. */
  readonly waiting: readonly WaitingPart[];
}

/** A condition on all rows, which some of them may not meet: their values were written over while nothing checked them. */
export interface WaitingPart {
  readonly name: string;
  readonly clause: string;
  readonly columns: readonly string[];
}

/** Columns of a table that a text of SHOW CREATE names. */
export function columnsNamed(definition: string, { columns }: Table): string[] {
  return columns.map(({ name }) => name).filter((name) => namesOneOf(definition, [name]));
}

export function addIndex({ definition }: Index): string {
  return `ADD ${definition}`;
}

export function dropIndex({ name }: Index): string {
  return name === 'PRIMARY' ? 'DROP PRIMARY KEY' : `DROP INDEX ${quoteIdentifier(name)}`;
}

const hidden = / (?:\/\*!80000 INVISIBLE \*\/|IGNORED)$/;
const withoutHiding = (definition: string) => definition.replace(hidden, '');

/** MySQL's word for it or MariaDB's, as either of the two definitions tells. */
function visibility(wanted: string, now: string): string {
  const isMysql = /INVISIBLE/.test(`${wanted}${now}`);
  const isHidden = hidden.test(wanted);
  if (isMysql) return isHidden ? 'INVISIBLE' : 'VISIBLE';
  return isHidden ? 'IGNORED' : 'NOT IGNORED';
}

/** An index without its name, to see whether only that differs. */
function bare({ definition, name }: Index): string {
  return definition.replace(`KEY ${quoteIdentifier(name)} `, 'KEY ');
}

/**
 * @param renamed columns, from old to new names: an index follows them, unless it is of an expression.
 * @param touched old names of columns that go or are made anew: an index loses them, and has to be made again.
 * @param written names of columns whose values are others than those that a UNIQUE index held apart.
 */
export function indexClauses(
  { from, to }: MysqlPair,
  renamed: ReadonlyMap<string, string>,
  touched: ReadonlySet<string>,
  written: ReadonlySet<string>,
): PartClauses {
  const now = from.indexes.map((index) => ({ index, definition: renamedIn(index.definition, renamed) }));
  const isKept = ({ index, definition }: (typeof now)[number]) => {
    const wanted = to.indexes.find(({ name }) => name.toLowerCase() === index.name.toLowerCase());
    const isExpression = index.keys.some((key) => !from.columns.some(({ name }) => name === key));
    const isBroken = namesOneOf(index.definition, touched) || (isExpression && namesOneOf(index.definition, renamed.keys()));
    return wanted?.definition === definition && !isBroken;
  };
  const kept = new Set(now.filter(isKept).map(({ index }) => index.name.toLowerCase()));
  const gone = now.filter(({ index }) => !kept.has(index.name.toLowerCase()));
  const come = to.indexes.filter(({ name }) => !kept.has(name.toLowerCase()));
  const renames: string[] = [];
  const [drops, adds] = [new Set(gone.map(({ index }) => index)), new Set(come)];
  for (const { index, definition } of gone) {
    // Made anew in one statement, the server would keep it as hidden as it was (measured).
    const shown = come.find((wanted) => wanted.name === index.name && withoutHiding(wanted.definition) === withoutHiding(definition));
    if (shown !== undefined && shown.definition !== definition && !namesOneOf(index.definition, touched)) {
      drops.delete(index);
      adds.delete(shown);
      renames.push(`ALTER INDEX ${quoteIdentifier(index.name)} ${visibility(shown.definition, index.definition)}`);
      continue;
    }
    const same = come.find((wanted) => adds.has(wanted) && bare(wanted) === bare({ ...index, definition }) && wanted.name !== 'PRIMARY');
    const isFree = same !== undefined && !from.indexes.some(({ name }) => name.toLowerCase() === same.name.toLowerCase());
    if (same === undefined || !isFree || index.name === 'PRIMARY' || namesOneOf(index.definition, touched)) continue;
    drops.delete(index);
    adds.delete(same);
    renames.push(`RENAME INDEX ${quoteIdentifier(index.name)} TO ${quoteIdentifier(same.name)}`);
  }
  const isHeld = (index: Index) =>
    now.some(({ index: { unique }, definition }) => unique && bare({ ...index, definition }) === bare(index));
  // A PRIMARY KEY comes as it is: an AUTO_INCREMENT column can't be without (error 1075).
  const waits = (index: Index) => index.unique && index.name !== 'PRIMARY' && namesOneOf(index.definition, written) && !isHeld(index);
  return {
    drops: [...drops].map(dropIndex),
    adds: [...renames, ...[...adds].filter((index) => !waits(index)).map(addIndex)],
    waiting: [...adds]
      .filter(waits)
      .map((index) => ({ name: index.name, clause: addIndex(index), columns: columnsNamed(index.definition, to) })),
  };
}

export function addCheck({ name, definition, enforced }: Constraint): string {
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}${enforced ? '' : ' NOT ENFORCED'}`;
}

const checksOf = (table: Table) => table.constraints.filter(({ kind }) => kind === 'check');

/** A column that a check names can't be renamed under it (MySQL 3959), so such a check goes and comes back in the same statement. */
export function checkClauses({ from, to }: MysqlPair, renamed: ReadonlyMap<string, string>, written: ReadonlySet<string>): PartClauses {
  const wanted = new Map(checksOf(to).map((check) => [check.name.toLowerCase(), check]));
  const isKept = (check: Constraint) => {
    const same = wanted.get(check.name.toLowerCase());
    return same?.definition === check.definition && same.enforced === check.enforced && !namesOneOf(check.definition, renamed.keys());
  };
  const kept = new Set(
    checksOf(from)
      .filter(isKept)
      .map(({ name }) => name.toLowerCase()),
  );
  const come = checksOf(to).filter(({ name }) => !kept.has(name.toLowerCase()));
  const isHeld = ({ definition }: Constraint) =>
    checksOf(from).some((check) => check.enforced && renamedIn(check.definition, renamed) === definition);
  const waits = (check: Constraint) => check.enforced && namesOneOf(check.definition, written) && !isHeld(check);
  return {
    drops: checksOf(from)
      .filter(({ name }) => !kept.has(name.toLowerCase()))
      .map(({ name }) => `DROP CONSTRAINT ${quoteIdentifier(name)}`),
    adds: come.filter((check) => !waits(check)).map(addCheck),
    waiting: come
      .filter(waits)
      .map((check) => ({ name: check.name, clause: addCheck(check), columns: columnsNamed(check.definition, to) })),
  };
}
