import { splitMarked } from '../../../code/plain';
import type { Catalog } from '../../../model/catalog';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import { quoteIdentifier, quoteLiteral } from '../../../parse/mysql/identifiers';
import { type BuilderMethod, builderMethods } from './builders';
import { loadTable } from './loaded-table';
import { mysqlBuilders } from './mysql/builders';
import { mysqlTableOf } from './mysql/loaded-table';
import { escapePath, literal, quoted, quotedList } from './paths';
import type { Conflict, RowDialect } from './rows';
import type { Table } from './tables';

/** What TypeORM sends differently by engine: its drivers, and their query runners. */
export interface Dialect extends RowDialect {
  /** The type of the data source. */
  readonly type: 'postgres' | 'mysql' | 'mariadb';
  /** `driver.escape`. */
  escapeName(name: string): string;
  /** The mark of a parameter, from 1. */
  parameter(number: number): string;
  /** The builders of the query runner that are written for it. Others are named as calls that could not be read. */
  readonly builders: Readonly<Record<string, BuilderMethod>>;
  /** A table of the database, as the query runner reads it; one that no migration shows has nothing but its name. */
  load(name: string, catalog: Catalog): Table;
}

const postgres: Dialect = {
  type: 'postgres',
  quoted,
  table: (name) => escapePath({ name }),
  literal,
  escapeName: (name) => `"${name.replaceAll('"', '""')}"`,
  parameter: (number) => `$${number}`,
  conflict: (conflict) => ({ verb: 'INSERT', tail: ` ON CONFLICT ${conflictWords(conflict)}` }),
  builders: builderMethods,
  load: loadTable,
};

function conflictWords(conflict: Conflict): string {
  if (conflict.kind === 'raw') return conflict.text;
  if (conflict.kind === 'ignore') return 'DO NOTHING';
  const changes = conflict.columns.map((column) => `${quoted(column)} = EXCLUDED.${quoted(column)}`).join(', ');
  return `(${quotedList(conflict.target)}) ${changes === '' ? 'DO NOTHING' : `DO UPDATE SET ${changes}`}`;
}

function mysql(type: 'mysql' | 'mariadb'): Dialect {
  return {
    type,
    quoted: (name) => `\`${name}\``,
    table: (name) => splitMarked(name, '.').map(quoteIdentifier).join('.'),
    literal: quoteLiteral,
    escapeName: (name) => `\`${name}\``,
    parameter: () => '?',
    conflict: (conflict) => {
      // Words of PostgreSQL are left out (`query-builder/InsertQueryBuilder.js`).
      if (conflict.kind === 'raw') return { verb: 'INSERT', tail: '' };
      if (conflict.kind === 'ignore') return { verb: 'INSERT IGNORE', tail: '' };
      const changes = conflict.columns.map((column) => `\`${column}\` = VALUES(\`${column}\`)`).join(', ');
      return changes === '' ? { verb: 'INSERT IGNORE', tail: '' } : { verb: 'INSERT', tail: ` ON DUPLICATE KEY UPDATE ${changes}` };
    },
    builders: mysqlBuilders(type === 'mariadb'),
    load: mysqlTableOf,
  };
}

const dialects = { postgres, mysql: mysql('mysql'), mariadb: mysql('mariadb') };

export function dialectOf(engine: Engine): Dialect {
  if (!isMysqlFamily(engine)) return dialects.postgres;
  return engine.name === 'mariadb' ? dialects.mariadb : dialects.mysql;
}
