import type { Table } from '../../model/catalog';
import { quoteQualified } from '../../parse/mysql/identifiers';

/** An object as SQL, with its database only where that is another one than the migration's. */
export function sqlName(object: { readonly schema: string; readonly name: string }): string {
  return quoteQualified(object.schema, object.name);
}

/** The collation in which a column is kept; undefined for types that have none. */
export function effectiveCollation(column: Table['columns'][number], table: Table): string | undefined {
  if (!/^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/i.test(column.type)) return undefined;
  return column.collation ?? optionOf(table, 'collate');
}

/** A table option by its name in small letters. */
export function optionOf(table: Table, name: string): string | undefined {
  return table.options?.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** A text of SHOW CREATE with columns or tables called otherwise: what stands in backticks, and nothing else. */
export function renamedIn(text: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return text;
  return text.replace(/'(?:[^'\\]|\\.|'')*'|`((?:[^`]|``)*)`/gs, (match, name: string | undefined) => {
    const found = name === undefined ? undefined : names.get(name.replaceAll('``', '`'));
    return found === undefined ? match : `\`${found.replaceAll('`', '``')}\``;
  });
}

/** Whether a text of SHOW CREATE names one of these, in backticks. */
export function namesOneOf(text: string, names: Iterable<string>): boolean {
  const wanted = new Set(names);
  return [...text.matchAll(/'(?:[^'\\]|\\.|'')*'|`((?:[^`]|``)*)`/gs)].some(
    ([, name]) => name !== undefined && wanted.has(name.replaceAll('``', '`')),
  );
}
