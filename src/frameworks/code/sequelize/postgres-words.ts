import { Expressions } from './expressions';
import { quoteName, quotePath } from './names';

/** Values and conditions for PostgreSQL: `dialects/postgres/query-generator.js`. */
export const onPostgres = new Expressions({
  quoteName,
  quotePath,
  // Backslashes are left as they are: the library counts on standard_conforming_strings.
  quoteText,
  list: (items) => `ARRAY[${items.join(',')}]`,
  jsonPath(column, path, operand) {
    const text = `(${column}#>>${quoteText(`{${path.join(',')}}`)})`;
    const type = typeof operand === 'number' ? 'DOUBLE PRECISION' : typeof operand === 'boolean' ? 'BOOLEAN' : undefined;
    return type === undefined ? text : `CAST(${text} AS ${type})`;
  },
  castType: (type) => type,
  comparators: {},
});

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
