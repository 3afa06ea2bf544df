import type { NativeCall } from '../../../code/native';
import type { Dialect } from './dialects';
import { isKnown } from './guards';
import { tableParts } from './names';
import * as routines from './routines';
import * as rows from './rows';
import * as statements from './statements';

/** What each call sends to PostgreSQL. */
export const postgresWriters: Dialect['writers'] = {
  createTable: { write: ([table, attributes, options]) => statements.createTable(table, attributes, options), structures: [1] },
  dropTable: { write: ([table, options]) => statements.dropTable(table, options) },
  renameTable: { write: ([before, after]) => statements.renameTable(before, after) },
  addColumn: {
    write: ([table, column, attribute], call) =>
      statements.addColumn(table, String(column), attribute).map((sql) => guarded(sql, 'ADD COLUMN', false, table, column, call)),
  },
  removeColumn: {
    write: ([table, column], call) =>
      statements.removeColumn(table, String(column)).map((sql) => guarded(sql, 'DROP COLUMN', true, table, column, call)),
  },
  changeColumn: { write: ([table, column, attribute]) => statements.changeColumn(table, String(column), attribute), structures: [2] },
  renameColumn: { write: ([table, before, after]) => statements.renameColumn(table, String(before), String(after)) },
  addIndex: { write: ([table, second, third]) => statements.addIndex(table, second, third), structures: [1] },
  removeIndex: { write: ([table, name, options]) => statements.removeIndex(table, name, options) },
  addConstraint: { write: ([table, options]) => statements.addConstraint(table, options), structures: [1] },
  removeConstraint: { write: ([table, name]) => statements.removeConstraint(table, name) },
  createSchema: { write: ([name]) => statements.createSchema(name) },
  dropSchema: { write: ([name]) => statements.dropSchema(name) },
  dropEnum: { write: ([name]) => statements.dropEnum(name) },
  bulkInsert: { write: ([table, records, options]) => rows.bulkInsert(table, records, options), structures: [1] },
  insert: { write: ([, table, values, options]) => rows.insertRow(table, values, options), structures: [2] },
  bulkUpdate: { write: ([table, values, where, options]) => rows.bulkUpdate(table, values, where, options), structures: [1, 2] },
  bulkDelete: { write: ([table, where, options]) => rows.bulkDelete(table, where, options), structures: [1] },
  createFunction: { write: routines.createFunction },
  dropFunction: { write: ([name, params]) => routines.dropFunction(name, params) },
  renameFunction: { write: ([before, params, after]) => routines.renameFunction(before, params, after) },
  createTrigger: { write: routines.createTrigger },
  dropTrigger: { write: ([table, name]) => routines.dropTrigger(table, name) },
  renameTrigger: { write: ([table, before, after]) => routines.renameTrigger(table, before, after) },
};

/** Code that asked first says what IF [NOT] EXISTS says. */
function guarded(
  sql: string,
  words: 'ADD COLUMN' | 'DROP COLUMN',
  exists: boolean,
  table: unknown,
  column: unknown,
  call: NativeCall,
): string {
  const { tableName } = tableParts(table);
  if (!isKnown(call.machine.conditions, exists, tableName, String(column))) return sql;
  return sql.replace(` ${words} `, ` ${words} ${exists ? 'IF EXISTS' : 'IF NOT EXISTS'} `);
}
