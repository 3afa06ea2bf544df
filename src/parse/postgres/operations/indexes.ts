import type { IndexElem, IndexStmt, ReindexStmt } from '@pgsql/types';
import type { Operation } from '../../../model/operation';
import type { Span } from '../../../model/text';
import type { StatementSource } from '../source';
import { relationName } from './names';
import { all, as, type NodeOf } from './nodes';
import { bracketed, findWord, insertionAfter, listItems, slice, tokenAt } from './text';

export function createIndex(source: StatementSource, statement: IndexStmt): Operation[] {
  const keys = all(statement.indexParams, 'IndexElem');
  // A column's name stands in the tree, an expression's text does not.
  const texts = keys.every(({ name }) => name !== undefined) ? [] : keyTexts(source);
  const include = all(statement.indexIncludingParams, 'IndexElem').flatMap(({ name }) => name ?? []);
  const where = statement.whereClause === undefined ? undefined : findWord(source, 0, ['where'], true);
  const end = source.tokens.ends.at(-1) ?? source.text.length;
  const whereStart = where === undefined ? undefined : source.tokens.starts[where + 1];
  return [
    {
      kind: 'create index',
      index: {
        ...(statement.idxname === undefined ? {} : { name: statement.idxname }),
        table: relationName(statement.relation),
        unique: statement.unique === true,
        concurrently: statement.concurrent === true,
        ...(statement.relation?.inh === true ? {} : { only: true }),
        keys: keys.map((key, index) => keyText(source, key, texts[index])),
        ...(include.length === 0 ? {} : { include }),
        method: statement.accessMethod ?? 'btree',
        ...(whereStart === undefined ? {} : { predicate: slice(source, { start: whereStart, end }) }),
      },
      ifNotExists: statement.if_not_exists === true,
      ...places(source, statement),
    },
  ];
}

/** `CREATE [UNIQUE] INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON ...`: IF NOT EXISTS needs a name after it. */
function places(source: StatementSource, statement: IndexStmt): Pick<Operation, 'insertAt'> {
  const keyword = findWord(source, 0, ['index']);
  if (keyword === undefined) return {};
  const concurrently = statement.concurrent ? undefined : insertionAfter(source, keyword);
  const isNamed = statement.idxname !== undefined && !statement.if_not_exists;
  const ifNotExists = isNamed ? insertionAfter(source, statement.concurrent ? keyword + 1 : keyword) : undefined;
  if (concurrently === undefined) return ifNotExists === undefined ? {} : { insertAt: { ifNotExists } };
  return { insertAt: ifNotExists === undefined ? { concurrently } : { concurrently, ifNotExists } };
}

/** The elements of the first bracket after ON. */
function keyTexts(source: StatementSource): Span[] {
  const on = findWord(source, 0, ['on']);
  const open = on === undefined ? -1 : source.tokens.words.indexOf('(', on + 1);
  const inner = open === -1 ? undefined : bracketed(source, open);
  return inner === undefined ? [] : listItems(source, inner);
}

/** A column's name, or the expression without operator class and order. */
function keyText(source: StatementSource, key: IndexElem, span: Span | undefined): string {
  if (key.name !== undefined) return key.name;
  if (span === undefined) return '';
  const first = tokenAt(source, span.start);
  const inner = bracketed(source, source.tokens.words.indexOf('(', first));
  if (inner === undefined || inner.end >= span.end) return slice(source, span);
  return slice(source, { start: span.start, end: inner.end + 1 });
}

const reindexTargets = {
  REINDEX_OBJECT_INDEX: 'index',
  REINDEX_OBJECT_TABLE: 'table',
  REINDEX_OBJECT_SCHEMA: 'schema',
  REINDEX_OBJECT_SYSTEM: 'system',
  REINDEX_OBJECT_DATABASE: 'database',
} as const;

export function reindex(source: StatementSource, statement: ReindexStmt): Operation[] {
  const concurrently = all(statement.params, 'DefElem').some(isOn('concurrently'));
  const targetKind = reindexTargets[statement.kind ?? 'REINDEX_OBJECT_INDEX'];
  const keyword = findWord(source, 0, [targetKind], true);
  const offset = keyword === undefined ? undefined : insertionAfter(source, keyword);
  const canBe = !concurrently && targetKind !== 'system' && offset !== undefined;
  return [
    {
      kind: 'reindex',
      target: statement.relation === undefined ? { name: statement.name ?? '' } : relationName(statement.relation),
      targetKind,
      concurrently,
      ...(canBe ? { insertAt: { concurrently: offset } } : {}),
    },
  ];
}

/** An option in a parenthesised list that is given without a value, or with a true one. */
export function isOn(name: string): (option: NodeOf<'DefElem'>) => boolean {
  return (option) => {
    if (option.defname !== name) return false;
    const value = as(option.arg, 'String')?.sval ?? (option.arg === undefined ? 'true' : String(as(option.arg, 'Integer')?.ival ?? 0));
    const flag = as(option.arg, 'Boolean');
    if (flag !== undefined) return flag.boolval === true;
    return !['false', 'off', '0', 'no'].includes(value.toLowerCase());
  };
}
