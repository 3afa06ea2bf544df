import type { Dialect } from '../dialects';
import * as rows from './rows';
import * as statements from './statements';
import { quoteMysqlName as quoteName, quoteMysqlTable as quoteTable } from './words';

/** What each call sends to MySQL and MariaDB. What is not here the library has for PostgreSQL alone. */
export const mysqlWriters: Dialect['writers'] = {
  createTable: { write: ([table, attributes, options]) => statements.createTable(table, attributes, options), structures: [1] },
  dropTable: { write: ([table]) => [`DROP TABLE IF EXISTS ${quoteTable(table)};`] },
  renameTable: { write: ([before, after]) => [`ALTER TABLE ${quoteTable(before)} RENAME TO ${quoteTable(after)};`] },
  addColumn: { write: ([table, column, attribute]) => statements.addColumn(table, String(column), attribute), structures: [2] },
  // Foreign keys that are on the column when it runs are dropped before it.
  removeColumn: { write: ([table, column]) => [`ALTER TABLE ${quoteTable(table)} DROP ${quoteName(column)};`] },
  changeColumn: { write: ([table, column, attribute]) => statements.changeColumn(table, String(column), attribute), structures: [2] },
  renameColumn: { write: ([table, before, after]) => statements.renameColumn(table, before, after) },
  addIndex: { write: ([table, second, third]) => statements.addIndex(table, second, third), structures: [1] },
  removeIndex: { write: ([table, name]) => statements.removeIndex(table, name) },
  addConstraint: { write: ([table, options]) => statements.addConstraint(table, options), structures: [1] },
  removeConstraint: { write: ([table, name]) => statements.removeConstraint(table, name) },
  bulkInsert: { write: ([table, records, options]) => rows.bulkInsert(table, records, options), structures: [1] },
  insert: { write: ([, table, values, options]) => rows.bulkInsert(table, [values], options), structures: [2] },
  bulkUpdate: { write: ([table, values, where]) => rows.bulkUpdate(table, values, where), structures: [1, 2] },
  bulkDelete: { write: ([table, where, options]) => rows.bulkDelete(table, where, options), structures: [1] },
};
