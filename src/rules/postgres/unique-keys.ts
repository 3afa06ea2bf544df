import { isUsable, type Table } from '../../model/catalog';
import { tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';

/** A unique index or constraint of a table, as far as the text of its definition tells. */
export interface UniqueKey {
  readonly name: string;
  /** Its columns; undefined when it has expressions. */
  readonly columns: readonly string[] | undefined;
  readonly isPartial: boolean;
  /** Checked at the end of the statement or transaction: ON CONFLICT can't use it (manual, INSERT, "ON CONFLICT Clause"). */
  readonly isDeferrable: boolean;
}

/** The keys of a table that can tell whether a row is there already. */
export function uniqueKeys(table: Table): readonly UniqueKey[] {
  return table.indexes
    .filter((index) => index.unique && isUsable(index))
    .map((index) => {
      const owner = table.constraints.find(({ name }) => name === index.constraint);
      return {
        name: index.name,
        columns: plainColumns(table, index.keys),
        isPartial: /\bwhere\b/i.test(withoutQuoted(index.definition)),
        isDeferrable: owner !== undefined && /(?<!\bnot\s)\bdeferrable\b/i.test(withoutQuoted(owner.definition)),
      };
    });
}

/** The columns of an index without their order, operator class and quotes; undefined when one of them is an expression. */
export function plainColumns(table: Table, keys: readonly string[]): readonly string[] | undefined {
  const known = new Set(table.columns.map(({ name }) => name));
  const columns = keys.map((key) => {
    if (known.has(key)) return key;
    const [token, next] = tokenize(key);
    return token === undefined || next?.word === '(' ? undefined : identifierOf(key, token);
  });
  return columns.some((column) => column === undefined) ? undefined : columns.filter((column) => column !== undefined);
}

export function sameColumns(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left).size === new Set(right).size && left.every((column) => right.includes(column));
}

function withoutQuoted(definition: string): string {
  return definition.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, '""');
}
