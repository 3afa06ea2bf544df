import type { HistoryTable, HistoryWriting } from './history';

/** What differs from one dialect of SQL to the next. */
export interface SqlWriting {
  name(table: HistoryTable): string;
  identifier(name: string): string;
  /** A value as the server writes it, as a literal of a column of this type. */
  literal(value: string | null | undefined, type: string | undefined): string;
  /** A condition: the two differ, nulls being alike. */
  differ(left: string, right: string): string;
  guarded: HistoryWriting['guarded'];
}

/** How rows of a tool's tables are written in a dialect of SQL. */
export function sqlWriting({ name, identifier, literal, differ, guarded }: SqlWriting): HistoryWriting {
  return {
    language: 'sql',
    deletion(table, values) {
      const conditions = values.map(({ column, value }) => `${identifier(column.name)} = ${literal(value, column.type)}`);
      return `DELETE FROM ${name(table)}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`};`;
    },
    insertion(table, values) {
      const names = values.map(({ column }) => identifier(column.name)).join(', ');
      const written = values.map(({ column, value }) =>
        value != null && /^timestamp/.test(column.type) ? 'now()' : literal(value, column.type),
      );
      return `INSERT INTO ${name(table)} (${names}) VALUES (${written.join(', ')});`;
    },
    update(table, values, telling) {
      const assignments = values.map(({ column, value }) => `${identifier(column.name)} = ${literal(value, column.type)}`);
      const differs = telling.map(({ column, value }) => differ(identifier(column.name), literal(value, column.type)));
      return `UPDATE ${name(table)} SET ${assignments.join(', ')}${differs.length === 0 ? '' : ` WHERE ${differs.join(' OR ')}`};`;
    },
    guarded,
  };
}
