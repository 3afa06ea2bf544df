import { relationKey, type Table } from '../model/catalog';
import { timingOf } from '../schema/constraint-timing';
import type { Change } from './change';
import { type DownPart, statement } from './down-part';
import { mentions } from './names';

/**
 * Between the rows and the schema of a rollback: checks that wait for the end of a transaction are made now. With pending ones the server
 * refuses to alter the table (55006; manual, SET CONSTRAINTS). Outside of a transaction there are none, and it only warns.
 */
export function checkedAtOnce(data: readonly DownPart[], changes: readonly Change[], tables: readonly Table[]): DownPart[] {
  const texts = data.flatMap(({ text }) => text).join('\n');
  if (texts === '' || changes.length === 0) return [];
  const written = new Set(tables.filter((table) => mentions(texts, table)).map(relationKey));
  const waits = tables.some(
    (table) =>
      table.constraints.some(
        (constraint) =>
          timingOf(constraint) === 'DEFERRABLE INITIALLY DEFERRED' &&
          (written.has(relationKey(table)) || written.has(constraint.references ?? '')),
      ) ||
      (written.has(relationKey(table)) && table.triggers.some((trigger) => /\binitially\s+deferred\b/i.test(trigger.definition))),
  );
  return waits ? [statement('SET CONSTRAINTS ALL IMMEDIATE')] : [];
}
