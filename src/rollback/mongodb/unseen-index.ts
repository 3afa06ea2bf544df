import type { Table } from '../../model/catalog';
import type { DocumentValue } from '../../model/document';
import { booleanOf, fieldOf, fieldsOf, textOf } from '../../model/document-value';
import { documentOf } from '../../parse/mongodb/document';
import { writeValue } from '../../parse/mongodb/write';
import { isMeant } from '../../schema/mongodb/apply';
import { type DownPart, notUndone } from '../down-part';

/**
 * What takes back what collMod set in an index that no migration shows: one that is hidden or prepared was not so before, as far as is
 * known; its time, and that it was made unique, are said. Nothing for an index that is known, which the schema tells of.
 */
export function indexOptionBack(collection: string, table: Table | undefined, options: DocumentValue): readonly DownPart[] {
  const index = fieldOf(options, 'index');
  const name = fieldOf(index, 'name');
  const meant = name ?? fieldOf(index, 'keyPattern');
  if (meant === undefined || booleanOf(fieldOf(options, 'dryRun')) === true) return [];
  if (table?.indexes.some((known) => isMeant(known, textOf(name) ?? meant)) === true) return [];
  const shown = `index ${textOf(name) ?? writeValue(meant)} of ${collection}`;
  return fieldsOf(index).flatMap(({ name: option, value }): readonly DownPart[] => {
    if (option === 'name' || option === 'keyPattern') return [];
    const set = booleanOf(value);
    if (set === undefined || option === 'unique')
      return [notUndone(`${option} of ${shown}, which collMod sets: no migration that was read shows what it was`)];
    const back = documentOf([
      [name === undefined ? 'keyPattern' : 'name', meant],
      [option, !set],
    ]);
    const command = documentOf([
      ['collMod', collection],
      ['index', back],
    ]);
    const told = `No migration that was read shows ${shown}: where ${option} was ${set} before, leave this out.`;
    return [{ comments: [told], text: [`db.runCommand(${writeValue(command)});`] }];
  });
}
