import { type Column, relationKey } from '../../../model/catalog';
import type { Statement } from '../../../model/migration';
import type { Operation } from '../../../model/operation';
import { type Dirt, type DirtAnswer, none, type OddValue } from '../recipe';
import type { DirtSituation } from '../situation';
import { forCheck, forConstraint, forUnique, nullIn } from './constraints';
import { errors } from './errors';
import { columnsNamed, madeHere, meetOld, type OldTable, oldColumn } from './met';
import { isText, oddValues, outsideLatin, unconvertible } from './values';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** MODIFY and CHANGE: NULLs where there may be none any more, and values that the new type does not hold. */
export function forRedefinition(situation: DirtSituation, operation: Of<'redefine column'>): DirtAnswer {
  const met = meetOld(situation, operation.table);
  const column = met && oldColumn(met, operation.column);
  if (met === undefined || column === undefined) return none(madeHere);
  const { specification } = operation;
  const nulls = specification.notNull && !column.notNull ? [nullIn(met, column)] : [];
  const charset = specification.charset !== undefined && isText(column.type) ? [outsideLatin] : [];
  const values = specification.type === column.type ? charset : [...unconvertible(column.type, specification.type), ...charset];
  const conversion = conversionOf(situation.statement, operation, met, column, values, `can't become ${specification.type}`);
  return {
    candidates: [...nulls, ...conversion],
    otherwise: `Every ${column.type} can become ${specification.type}: the statement refuses no value.`,
  };
}

/** CONVERT TO CHARACTER SET: signs that the new one does not have. */
export function forCharset(situation: DirtSituation, operation: Of<'convert charset'>): DirtAnswer {
  const met = meetOld(situation, operation.table);
  if (met === undefined) return none(madeHere);
  const candidates = met.old.columns
    .filter(({ type, generated }) => isText(type) && generated === undefined)
    .flatMap((column) =>
      conversionOf(situation.statement, operation, met, column, [outsideLatin], `can't be written in ${operation.charset}`),
    );
  return { candidates, otherwise: `Every text of ${met.old.name} can be written in ${operation.charset}.` };
}

/** PARTITION BY and its kin: a row that no partition takes. */
export function forPartitions(situation: DirtSituation, operation: Of<'partitioning'>): DirtAnswer {
  const met = meetOld(situation, operation.table);
  if (met === undefined) return none(madeHere);
  if (operation.action !== 'partition by' && operation.action !== 'reorganize') return none('It asks nothing of the rows that stay.');
  const named = columnsNamed(met, `${operation.detail} ${met.old.partitionKey ?? ''}`);
  const candidates = named.flatMap((column) =>
    conversionOf(situation.statement, operation, met, column, oddValues(column.type), 'is in none of the partitions'),
  );
  return { candidates: candidates.map((dirt) => ({ ...dirt, errors: errors.noPartition })), otherwise: 'The partitions take every row.' };
}

/** A value with which the operation fails, where the column is called what it was called before. */
function conversionOf(
  statement: Statement,
  operation: Operation,
  met: OldTable,
  column: Column,
  values: readonly OddValue[],
  trouble: string,
): Dirt[] {
  const subcommand = ownText(statement, operation);
  if (values.length === 0 || subcommand === undefined || column.generated !== undefined) return [];
  if (!met.current.columns.some(({ identity, name }) => identity === column.identity && name === column.name)) return [];
  return [
    {
      table: relationKey(met.old),
      description: `a row of ${met.old.name} whose ${column.name} ${trouble}`,
      errors: errors.conversion,
      recipe: { kind: 'conversion', column: column.name, subcommand, values, type: column.type },
    },
  ];
}

/** The subcommand of ALTER TABLE as it stands in the text. */
function ownText({ text, span }: Statement, { span: own }: Operation): string | undefined {
  if (own === undefined || own.start < span.start) return undefined;
  const cut = text.slice(own.start - span.start, own.end - span.start);
  // The whole statement, where it has one subcommand alone.
  return cut.replace(
    /^\s*ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE\s+(?:IF\s+EXISTS\s+)?(?:(?:`[^`]+`|[\w$]+)\s*\.\s*)?(?:`[^`]+`|[\w$]+)\s+/i,
    '',
  );
}

/** ADD COLUMN: what is asked of the new column in the rows that are there. MySQL fills NOT NULL by itself, but for times and shapes. */
export function forAddColumn(situation: DirtSituation, operation: Of<'add column'>): DirtAnswer {
  const { table, column } = operation;
  const met = meetOld(situation, table);
  if (met === undefined) return none(madeHere);
  const anyRows = (rows: number, numbers: readonly string[]): Dirt => ({
    table: relationKey(met.old),
    description: `${rows === 1 ? 'a row' : `${rows} rows`} in ${met.old.name}`,
    errors: numbers,
    recipe: { kind: 'any row', rows },
  });
  if (column.generated !== undefined && (column.unique || column.primaryKey)) return forUnique(met, [column.generated.text]);
  const sameForAll = column.notNull || (column.default !== undefined && column.default.expression === undefined);
  if ((column.unique || column.primaryKey) && column.autoIncrement === undefined && sameForAll)
    return { candidates: [anyRows(2, errors.duplicate)], otherwise: 'There can be no two rows in the table.' };
  // MariaDB has a zero for each of them, whatever its mode.
  const unfillable =
    situation.engine !== 'mariadb' && /^(date|datetime|point|geometry|linestring|polygon|multi\w+|geom\w+|json)\b/.test(column.type);
  if (column.notNull && column.default === undefined && column.generated === undefined && unfillable)
    return { candidates: [anyRows(1, [...errors.conversion, ...errors.nullValue])], otherwise: 'There can be no row in the table.' };
  if (column.references !== undefined && column.default !== undefined) {
    const reference = {
      kind: 'foreign key',
      notValid: false,
      deferrable: false,
      columns: [column.name],
      target: column.references,
    } as const;
    return forConstraint(situation, { table, constraint: reference });
  }
  if (column.generated?.kind === 'stored') {
    const candidates = columnsNamed(met, column.generated.text).flatMap((source) =>
      conversionOf(situation.statement, operation, met, source, oddValues(source.type), `gives no ${column.type}`),
    );
    return { candidates, otherwise: 'No row was found for which the new column can not be computed.' };
  }
  if (column.check !== undefined && columnsNamed(met, column.check).length > 0) return forCheck(met, column.check);
  return none('Every row gets the same new value, or none: no row that is there can break it.');
}
