import { type Engine, isAtLeast } from '../../model/engine';
import type { ColumnSpecification, IndexSpecification, ObjectName, Operation } from '../../model/operation';
import { findColumn } from '../../schema/lookup';
import { charsetName, collationName, defaultCollation } from '../../schema/mysql/collations';
import { label } from '../situation';
import type { Change } from './changes';
import { bareKey, collationChange, columnChanges, isIndexed, type Reason } from './column-change';
import { bytesPerCharacter, charsetOfCollation, collationOf, columnType, isText, optionOf } from './column-type';
import { hasFulltext, isReferenced, type MysqlSituation, wholeTable } from './situation';

/** What one operation does to a table that is there. */
export interface TableChanges {
  readonly table: ObjectName;
  readonly reasons: readonly Reason[];
  /** It depends on what the table is now, which is not known: the reasons are the worst that can be. */
  readonly uncertain?: true;
}

type OperationOf<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** What an operation does to a table; undefined for those that are about something else. */
export function tableChanges(operation: Operation, situation: MysqlSituation): TableChanges | undefined {
  switch (operation.kind) {
    case 'add column':
      return { table: operation.table, reasons: addedColumn(operation.column, situation) };
    case 'drop column':
      return { table: operation.table, reasons: [droppedColumn(operation, situation)] };
    case 'redefine column':
      return redefined(operation, situation);
    case 'rename column': {
      const { table, column, newName } = operation;
      const referenced = isReferenced(situation, wholeTable(situation, table), column);
      return one(table, referenced ? 'rename referenced column' : 'rename column', `${column} becomes ${newName}`);
    }
    case 'set default':
    case 'drop default':
      return one(operation.table, 'column default', `only the default of ${operation.column} changes: rows keep their values`);
    case 'alter column':
      return one(operation.table, 'column visibility', `only the definition of ${operation.column} changes`);
    case 'create index':
      return { table: operation.index.table, reasons: [addedIndex(operation.index, situation)] };
    case 'add constraint':
      return addedConstraint(operation, situation);
    case 'drop constraint':
      return droppedConstraint(operation, situation);
    case 'alter constraint':
      return operation.enforced
        ? one(operation.table, 'enforce check', `every row is checked against ${operation.constraint}`)
        : one(operation.table, 'stop enforcing check', 'only the definition changes');
    case 'alter index':
      return one(operation.table, 'index visibility', 'only the definition of the index changes');
    case 'drop object':
      return operation.objectKind === 'index' && operation.on !== undefined
        ? one(operation.on, 'drop index', 'the index is given up; no row is read')
        : undefined;
    case 'rename object':
      return renamed(operation);
    case 'table options':
      return tableOptions(operation, situation);
    case 'convert charset':
      return converted(operation, situation);
    case 'alter table':
      return altered(operation);
    case 'partitioning':
      return partitioned(operation);
    default:
      return undefined;
  }
}

function altered({ table, detail, rewrites }: OperationOf<'alter table'>): TableChanges {
  if (detail === 'ADD SYSTEM VERSIONING') return one(table, 'add system versioning', 'every row gets the time from which it holds');
  if (detail === 'DROP SYSTEM VERSIONING')
    return one(table, 'drop system versioning', 'rows of the past go, and every row loses its times');
  return rewrites
    ? one(table, 'rebuild table', 'all rows are written again')
    : one(table, 'table definition', 'only the definition changes');
}

function one(table: ObjectName, change: Change, because: string): TableChanges {
  return { table, reasons: [{ change, because }] };
}

function addedColumn(column: ColumnSpecification, { engine, foreignKeyChecks }: MysqlSituation): readonly Reason[] {
  const { name, default: initial, generated } = column;
  const reasons: Reason[] = [];
  if (column.autoIncrement) reasons.push({ change: 'add auto-increment column', because: `${name} gets a number in every row` });
  else if (generated?.kind === 'stored')
    reasons.push({ change: 'add stored column', because: `${name} is computed and stored for every row` });
  else if (generated !== undefined) reasons.push({ change: 'add virtual column', because: `${name} is computed when it is read` });
  else if (initial?.expression && initial.volatility !== 'constant')
    reasons.push({ change: 'add column with varying default', because: `DEFAULT ${initial.text} may differ from row to row` });
  else if (initial?.expression)
    reasons.push({ change: 'add column with computed default', because: `DEFAULT ${initial.text} is an expression` });
  else reasons.push({ change: 'add column', because: `${name} is kept in the definition, and rows read it from there` });
  if (column.check !== undefined) reasons.push({ change: 'add checked column', because: `the CHECK of ${name} is verified for every row` });
  if (column.primaryKey)
    reasons.push({ change: 'add primary key', because: `${name} becomes the primary key, in whose order the rows lie` });
  else if (column.unique) reasons.push({ change: 'add index', because: `UNIQUE builds an index over ${name}` });
  if (column.references !== undefined && honoursInlineReferences(engine))
    reasons.push(
      foreignKeyChecks
        ? { change: 'add foreign key', because: `${name} is looked up in ${label(column.references.table)} for every row` }
        : {
            change: 'add unchecked foreign key with its index',
            because: `an index over ${name} is built for the foreign key, and no row is checked`,
          },
    );
  return reasons;
}

/** REFERENCES beside a column: MySQL reads it and does nothing before 9.0; MariaDB makes a foreign key of it since 10.5. */
export function honoursInlineReferences(engine: Engine): boolean {
  return engine.name === 'mariadb' || isAtLeast(engine, 9);
}

function droppedColumn({ table: name, column }: OperationOf<'drop column'>, situation: MysqlSituation): Reason {
  const table = wholeTable(situation, name);
  const kept = findColumn(table, column)?.generated?.kind === 'virtual';
  const indexes = table?.indexes.filter(({ keys }) => keys.some((key) => bareKey(key) === column)) ?? [];
  if (indexes.some(({ keys }) => keys.length > 1))
    return { change: 'drop column of a longer index', because: `${column} is part of the index ${indexes[0]?.name}, which is built anew` };
  if (indexes.length > 0) return { change: 'drop column of an index', because: `the index ${indexes[0]?.name} goes with ${column}` };
  return kept
    ? { change: 'drop virtual column', because: `${column} is stored nowhere` }
    : { change: 'drop column', because: `the values of ${column} stay in the rows until they are written again` };
}

function redefined(operation: OperationOf<'redefine column'>, situation: MysqlSituation): TableChanges {
  const { table: name, column, specification } = operation;
  const table = wholeTable(situation, name);
  const known = findColumn(table, column);
  if (table === undefined || known === undefined) {
    const because = `what ${column} is now is not known: another type, character set or order of values copies the table`;
    return { table: name, reasons: [{ change: 'change type', because }], uncertain: true };
  }
  const reasons = columnChanges(operation, known, table, situation.engine).map((reason) =>
    reason.change === 'rename column' && isReferenced(situation, table, column)
      ? { ...reason, change: 'rename referenced column' as const }
      : reason,
  );
  return specification.references === undefined ? { table: name, reasons } : { table: name, reasons };
}

function addedIndex(index: IndexSpecification, situation: MysqlSituation): Reason {
  const shown = index.unique ? 'a unique index' : 'an index';
  if (index.method === 'fulltext')
    return hasFulltext(wholeTable(situation, index.table))
      ? { change: 'add fulltext index', because: 'a FULLTEXT index is built' }
      : { change: 'add first fulltext index', because: 'the first FULLTEXT index of a table gives every row a document id' };
  if (index.method === 'spatial' || index.method === 'vector')
    return { change: 'add spatial index', because: `a ${index.method.toUpperCase()} index is built` };
  if (index.parts?.some(({ expression }) => expression !== undefined))
    return { change: 'add expression index', because: 'the expression is computed for every row, in a hidden column' };
  return { change: 'add index', because: `${shown} over ${index.keys.join(', ')} is built` };
}

function addedConstraint({ table, constraint }: OperationOf<'add constraint'>, situation: MysqlSituation): TableChanges | undefined {
  switch (constraint.kind) {
    case 'primary key':
      return one(table, 'add primary key', 'the rows lie in the order of the primary key');
    case 'unique':
      return one(table, 'add index', `a unique index over ${constraint.columns.join(', ')} is built`);
    case 'check':
      return constraint.enforced === false
        ? one(table, 'add check not enforced', 'nothing is checked')
        : one(table, 'add check', 'every row is checked');
    case 'foreign key': {
      if (situation.foreignKeyChecks)
        return one(table, 'add foreign key', `every row is looked up in ${label(constraint.target.table)}, since foreign_key_checks is on`);
      const known = wholeTable(situation, table);
      const served =
        known?.indexes.some(({ keys }) => constraint.columns.every((column, position) => bareKey(keys[position] ?? '') === column)) ===
        true;
      return served
        ? one(table, 'add unchecked foreign key', 'foreign_key_checks is off, so no row is looked at')
        : one(
            table,
            'add unchecked foreign key with its index',
            'an index is built for the foreign key; foreign_key_checks is off, so no row is checked',
          );
    }
    default:
      return undefined;
  }
}

function droppedConstraint({ table, constraint, constraintKind }: OperationOf<'drop constraint'>, situation: MysqlSituation): TableChanges {
  const known = wholeTable(situation, table);
  const kind = constraintKind ?? known?.constraints.find(({ name }) => name === constraint)?.kind;
  if (kind === 'primary key') return one(table, 'drop primary key', 'the rows lie in the order of the primary key');
  if (kind === 'foreign key') return one(table, 'drop foreign key', 'no row is looked at');
  if (kind === undefined && known?.indexes.some(({ name }) => name === constraint))
    return one(table, 'drop index', 'the index is given up; no row is read');
  return one(table, kind === undefined ? 'drop foreign key' : 'drop check', 'no row is looked at');
}

function renamed({ objectKind, object, on, newName }: OperationOf<'rename object'>): TableChanges | undefined {
  if (objectKind === 'index' && on !== undefined) return one(on, 'rename index', `${object.name} becomes ${newName}`);
  return objectKind === 'table'
    ? one(object, 'rename table', `${object.name} becomes ${newName}, and what uses the old name breaks at once`)
    : undefined;
}

function tableOptions({ table, options }: OperationOf<'table options'>, situation: MysqlSituation): TableChanges {
  const current = optionOf(wholeTable(situation, table), 'engine') ?? 'innodb';
  if (options.engine !== undefined && options.engine !== current.toLowerCase())
    return one(table, 'other engine', `all rows go from ${current} to ${options.engine}`);
  const rewrites = options.others?.find((option) =>
    /^(KEY_BLOCK_SIZE|PAGE_COMPRESSED|PAGE_COMPRESSION_LEVEL|ENCRYPTED|TABLESPACE|CONNECTION|COMPRESSION)=/.test(option),
  );
  if (options.engine !== undefined) return one(table, 'rebuild table', 'ENGINE writes all rows again, also where it stays the same');
  if (options.rowFormat !== undefined) return one(table, 'rebuild table', 'ROW_FORMAT writes all rows again');
  if (rewrites !== undefined) return one(table, 'rebuild table', `${rewrites.split('=', 1)[0]} writes all rows again`);
  return one(table, 'table definition', 'only the definition of the table changes');
}

/** CONVERT TO CHARACTER SET: what becomes of each column that holds text. */
function converted({ table: name, charset, collation }: OperationOf<'convert charset'>, situation: MysqlSituation): TableChanges {
  const table = wholeTable(situation, name);
  if (table === undefined || charset === 'default') {
    const because = 'every text of another character set is converted';
    return { table: name, reasons: [{ change: 'change charset', because }], uncertain: true };
  }
  const to = charsetName(charset);
  const wanted = collation === undefined ? defaultCollation(to, situation.engine) : collationName(collation);
  const reasons = table.columns.flatMap((column): readonly Reason[] => {
    const type = columnType(column.type);
    const current = collationOf(column, table);
    if (!isText(type) || current === undefined || current === wanted) return [];
    const change = collationChange({
      name: column.name,
      from: charsetOfCollation(current),
      to,
      current,
      wanted,
      indexed: isIndexed(table, column.name),
      list: type.base === 'enum' || type.base === 'set',
    });
    if (growsType(type.base, change.from, to))
      return [{ change: 'change charset', because: `${column.name} becomes a longer type, to hold as many characters in ${to}` }];
    return [
      crossesLength(column.type, change.from, change.to, situation.engine)
        ? { change: 'change charset', because: `${column.name} needs longer lengths in ${to}` }
        : change,
    ];
  });
  return {
    table: name,
    reasons: reasons.length > 0 ? reasons : [{ change: 'same charset', because: 'no column holds text of another character set' }],
  };
}

/** TEXT becomes MEDIUMTEXT and so on where characters need more bytes (manual, ALTER TABLE, "Changing the Character Set"). */
function growsType(base: string, from: string, to: string): boolean {
  return /^(?:tiny|medium)?text$/.test(base) && bytesPerCharacter(to) > bytesPerCharacter(from);
}

/** In another character set a text may need more bytes: then it is as if its column grew. */
function crossesLength(type: string, from: string, to: string, engine: Engine): boolean {
  const { base, parts } = columnType(type);
  if (from === to) return false;
  if (base === 'char' || base.endsWith('text')) return base === 'char' || from !== 'utf8mb3';
  if (base !== 'varchar') return false;
  return widens(Number(parts[0]), from, to, engine);
}

function widens(length: number, from: string, to: string, engine: Engine): boolean {
  const bytes = (charset: string) => length * ({ utf8mb4: 4, utf8mb3: 3 }[charset] ?? 1);
  return !(bytes(from) > 255 || bytes(to) <= 255 || (engine.name === 'mariadb' && bytes(from) <= 127));
}

/** Without words for algorithm and lock of its own in MariaDB, which does the same things. */
function partitioned({ table, action, validation, detail }: OperationOf<'partitioning'>): TableChanges {
  switch (action) {
    case 'partition by':
    case 'remove':
      return one(table, 'partition', 'every row goes to its place anew');
    case 'add':
      return /\bPARTITIONS\s+\d+/i.test(detail)
        ? one(table, 'add hash partition', 'the rows are distributed anew')
        : one(table, 'add partition', 'a new partition is empty');
    case 'drop':
    case 'truncate':
      return one(table, 'drop partition', 'the files of the partitions go, with their rows');
    case 'exchange':
    case 'convert to table':
    case 'convert from table':
      return validation === false || action === 'convert to table'
        ? one(table, 'exchange partition unchecked', 'two names are exchanged, and no row is looked at')
        : one(table, 'exchange partition', 'every row of the table is checked against the bound of the partition');
    case 'analyze':
    case 'check':
    case 'rename':
    case 'discard':
    case 'import':
      return one(table, 'table definition', 'no row is written');
    default:
      return one(table, 'rebuild partition', 'the rows of the partitions are written again');
  }
}
