import { relationKey } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { throughEarlier } from './earlier';
import { isText, lengthOf, oddValues, tooLongForIndex, unconvertible } from './odd-values';
import { type Dirt, type DirtAnswer, none } from './recipe';
import { forCheck, forNotNull, forReference, forUnique, nullIn } from './requirements';
import { columnsNamed, type DirtSituation, inOldNames, type Met, meet, oldColumn } from './situation';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** ALTER COLUMN ... TYPE: a value that the conversion refuses. */
export function forTypeChange(situation: DirtSituation, operation: Of<'alter column type'>): DirtAnswer {
  const met = meet(situation, operation.table);
  const old = met && oldColumn(met, operation.column);
  if (met?.old === undefined || old === undefined) return throughEarlier(situation, met, ['22'], 'any');
  const name = quoteIdentifier(old.name);
  const labels = situation.current.types.find(({ name: type }) => type === operation.type.split('.').at(-1))?.labels;
  const using = operation.using === undefined ? '' : ` USING ${inOldNames(met, operation.using)}`;
  return {
    candidates: [
      {
        table: relationKey(met.old),
        description: `a row of ${spoken(met.old)} whose ${old.name} can't become ${operation.type}`,
        errors: ['22', '23', '54000', '0A000'],
        recipe: {
          kind: 'conversion',
          column: old.name,
          subcommand: `ALTER COLUMN ${name} TYPE ${operation.type}${using}`,
          values: unconvertible(old.type, operation.type),
          type: operation.type,
          ...(labels !== undefined && { labels }),
        },
      },
    ],
    otherwise: `Every ${old.type} can become ${operation.type}: the conversion refuses no value.`,
  };
}

/** ADD COLUMN: what is asked of the new column in the rows that are there. */
export function forAddColumn(situation: DirtSituation, { table, column }: Of<'add column'>): DirtAnswer {
  const met = meet(situation, table);
  if (met?.old === undefined) return none('The migration makes this table itself: no row of before is in it.');
  if (column.generated !== undefined) return forExpressions(met, [column.generated.text], 'the new column is computed from');
  const serverFills = column.serial || column.identity !== undefined || column.default !== undefined;
  const anyRow = (errors: readonly string[], rows: number, why: string): DirtAnswer => ({
    candidates: met.old === undefined ? [] : [{ ...anyRowOf(met.old, rows), errors }],
    otherwise: why,
  });
  if ((column.notNull || column.primaryKey) && !serverFills) return anyRow(['23502'], 1, 'There can be no row in the table.');
  const constant = column.default !== undefined && column.default.volatility !== 'volatile';
  if (constant && (column.unique || column.primaryKey)) return anyRow(['23505'], 2, 'There can be no two rows in the table.');
  if (column.check !== undefined) {
    const others = columnsNamed(met, column.check);
    if (others.length > 0) return forCheck(situation, table, column.check);
  }
  return none('Every row gets the same new value, or none: no row that is there can break it.');
}

function anyRowOf(table: Parameters<typeof relationKey>[0], rows: number): Omit<Dirt, 'errors'> {
  const description = `${rows === 1 ? 'a row' : `${rows} rows`} in ${spoken(table)}`;
  return { table: relationKey(table), description, recipe: { kind: 'any row', rows } };
}

/** A row on which an expression over its columns can't be evaluated. */
function forExpressions(met: Met, expressions: readonly string[], role: string): DirtAnswer {
  const { old } = met;
  if (old === undefined) return none('The migration makes this table itself: no row of before is in it.');
  const candidates = expressions.map((expression): Dirt => {
    const values = columnsNamed(met, expression).flatMap(({ name, type }) =>
      [...oddValues(type), ...(isText(type) ? unconvertible(type, 'integer') : [])].map((odd) => ({ ...odd, column: name })),
    );
    return {
      table: relationKey(old),
      description: `a row of ${spoken(old)} on which ${expression} fails`,
      errors: ['22'],
      recipe: { kind: 'expression fails', expression: inOldNames(met, expression), values },
    };
  });
  return { candidates, otherwise: `No row was found for which what ${role} can't be evaluated.` };
}

/** CREATE INDEX: equal keys for a unique one; for any, an expression that fails, or a text too long for a btree. */
export function forIndex(situation: DirtSituation, { index }: Of<'create index'>): DirtAnswer {
  const met = meet(situation, index.table);
  if (met === undefined) return none('It is not known what it is made on.');
  const nullsEqual = /\bnulls\s+not\s+distinct\b/i.test(situation.statement.sent);
  const unique = index.unique
    ? forUnique(situation, {
        table: index.table,
        keys: index.keys,
        nullsEqual,
        ...(index.predicate !== undefined && { predicate: index.predicate }),
      })
    : none('An index that is not unique takes any rows.');
  if (met.old === undefined) return unique;
  const columns = new Set(met.current.columns.map(({ name }) => name));
  const expressions = [...index.keys.filter((key) => !columns.has(key)), ...(index.predicate === undefined ? [] : [index.predicate])];
  const failing = forExpressions(met, expressions, 'it computes').candidates;
  return {
    candidates: [...unique.candidates, ...failing, ...tooLong(met, index)],
    otherwise: unique.otherwise,
    ...(unique.candidates.length === 0 && { besides: unique.otherwise }),
  };
}

/** An entry of a btree holds a third of a page, 2704 bytes (nbtree.h, BTMaxItemSize). */
function tooLong(met: Met, index: Of<'create index'>['index']): readonly Dirt[] {
  const { old } = met;
  if (old === undefined || index.method !== 'btree') return [];
  const column = index.keys
    .flatMap((key) => columnsNamed(met, key))
    .find(
      ({ type, generated }) =>
        isText(type) && !/^(char|name|bpchar)/.test(type) && (lengthOf(type) ?? 12_800) >= 12_800 && generated === undefined,
    );
  if (column === undefined) return [];
  return [
    {
      table: relationKey(old),
      description: `a row of ${spoken(old)} whose ${column.name} is ${tooLongForIndex.words}: too long for an index`,
      errors: ['54000'],
      recipe: { kind: 'value', column: column.name, value: tooLongForIndex.value },
    },
  ];
}

/** PRIMARY KEY and UNIQUE: equal keys, then NULLs; with USING INDEX the index vouches for the keys. */
export function forKey(
  situation: DirtSituation,
  table: Of<'add constraint'>['table'],
  constraint: Extract<Of<'add constraint'>['constraint'], { kind: 'primary key' | 'unique' }>,
): DirtAnswer {
  const met = meet(situation, table);
  const index = met?.current.indexes.find(({ name }) => name === constraint.usingIndex);
  const columns = constraint.usingIndex === undefined ? constraint.columns : (index?.keys ?? []);
  const nullsEqual = /\bnulls\s+not\s+distinct\b/i.test(constraint.definition ?? '');
  const equal =
    constraint.usingIndex === undefined
      ? forUnique(situation, { table, keys: columns, nullsEqual })
      : none(`The index ${constraint.usingIndex} is unique already: it only gets a name.`);
  if (constraint.kind === 'unique') return equal;
  const nulls = columns.flatMap((name) => {
    const column = met && oldColumn(met, name);
    return met?.old === undefined || column === undefined || column.notNull ? [] : [nullIn(met.old, column, ['23502'])];
  });
  return { candidates: [...equal.candidates, ...nulls], otherwise: equal.otherwise };
}

/** VALIDATE CONSTRAINT: what the constraint refuses, in rows that were there before it. */
export function forValidation(situation: DirtSituation, { table, constraint: name }: Of<'validate constraint'>): DirtAnswer {
  const met = meet(situation, table);
  const constraint = met?.current.constraints.find((candidate) => candidate.name === name);
  if (met === undefined || constraint === undefined) return none(`It is not known what ${name} asks for.`);
  if (constraint.validated) return none(`${name} is valid already: the server looks at no row.`);
  const target = /\bREFERENCES\s+(?:ONLY\s+)?((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)\s*(?:\(([^)]*)\))?/i.exec(constraint.definition);
  switch (constraint.kind) {
    case 'foreign key':
      return target === null
        ? none(`It is not known what ${name} refers to.`)
        : forReference(situation, {
            table,
            columns: constraint.columns,
            target: nameOf(target[1] ?? ''),
            targetColumns: (target[2] ?? '')
              .split(',')
              .map(unquoted)
              .filter((column) => column !== ''),
          });
    case 'check': {
      const expression = /^CHECK\s*\(([\s\S]*)\)(?:\s+NO INHERIT)?$/i.exec(constraint.definition.trim())?.[1];
      return expression === undefined ? none(`It is not known what ${name} asks for.`) : forCheck(situation, table, expression);
    }
    case 'not null':
      return forNotNull(situation, table, constraint.columns[0] ?? '');
    default:
      return none(`${name} is checked whenever a row is written.`);
  }
}

function nameOf(text: string): { readonly schema?: string; readonly name: string } {
  const parts = text.match(/"[^"]+"|[\w$]+/g)?.map(unquoted) ?? [];
  const [first = '', second] = parts;
  return second === undefined ? { name: first } : { schema: first, name: second };
}

function unquoted(text: string): string {
  const name = text.trim();
  return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
}

/** ATTACH PARTITION: a row outside of the bound. */
export function forAttach(situation: DirtSituation, { table, partition, bound }: Of<'attach partition'>): DirtAnswer {
  const [parent, part] = [meet(situation, table), meet(situation, partition)];
  if (part?.old === undefined || parent?.old === undefined || bound === undefined || /^default$/i.test(bound.trim()))
    return none('No row of before can lie outside of what the partition takes.');
  return {
    candidates: [
      {
        table: relationKey(part.old),
        description: `a row of ${spoken(part.old)} that is not ${bound}`,
        errors: ['23514'],
        recipe: { kind: 'bound', parent: relationKey(parent.old), bound, side: 'outside' },
      },
    ],
    otherwise: `No row of ${spoken(part.old)} can lie outside of ${bound}.`,
  };
}

/** A new partition beside a DEFAULT one: a row in that, which belongs into the new one. */
export function forNewPartition(situation: DirtSituation, { partitionOf, partitionBound }: Of<'create table'>): DirtAnswer {
  const parent = partitionOf && meet(situation, partitionOf);
  const key = parent?.old && relationKey(parent.old);
  const rest = situation.before.tables.find(
    (table) => table.partitionOf?.parent === key && /^DEFAULT$/i.test(table.partitionOf?.bound ?? ''),
  );
  if (parent?.old === undefined || rest === undefined || partitionBound === undefined || /^default$/i.test(partitionBound.trim()))
    return none('It makes a new table: there is no row in it.');
  return {
    candidates: [
      {
        table: relationKey(parent.old),
        description: `a row of ${spoken(parent.old)} in the DEFAULT partition that belongs to ${partitionBound}`,
        errors: ['23514'],
        recipe: { kind: 'bound', parent: relationKey(parent.old), bound: partitionBound, side: 'inside' },
      },
    ],
    otherwise: `No row of the DEFAULT partition can belong to ${partitionBound}.`,
  };
}
