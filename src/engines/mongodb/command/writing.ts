import { EJSON } from 'bson';
import type { DocumentValue } from '../../../model/document';
import { array, bson, documentOf, scalar } from '../../../parse/mongodb/document';
import { writeCollection } from '../../../parse/mongodb/names';
import { writeCall } from '../../../parse/mongodb/write';
import type { HistoryTable, HistoryValue, HistoryWriting } from '../../command/history';
import { documentValue } from '../shell/value';

/** How documents of a tool's collections are written. None of it needs the collection to be there. */
export const historyWriting: HistoryWriting = {
  language: 'mongosh',
  deletion: (table, values) => call(table, 'deleteMany', [fields(values)]),
  insertion: (table, values) =>
    call(table, 'insertOne', [
      fields(
        values.filter(({ value }) => value != null),
        'now',
      ),
    ]),
  update(table, values, telling) {
    const differs = telling.map((each) => documentOf([[each.column.name, documentOf([['$ne', valueIn(each)]])]]));
    const filter = differs.length === 0 ? documentOf([]) : documentOf([['$or', array(differs)]]);
    return call(table, 'updateMany', [filter, documentOf([['$set', fields(values)]])]);
  },
  guarded: (_, texts) => texts,
};

function call({ name }: HistoryTable, method: string, values: readonly DocumentValue[]): string {
  return writeCall(writeCollection(name), method, values);
}

/** Before this, a moment is none of a run of this process's: clocks of two machines may differ by so much. */
const firstMomentMs = performance.timeOrigin - 60_000;

/** `now`: a time of the tool's run is the time of this one; one that was there before, such as that in a file's name, stays. */
function fields(values: readonly HistoryValue[], times?: 'now'): DocumentValue {
  return documentOf(
    values.map((each) => [each.column.name, times === 'now' && isOfRun(each) ? bson('ISODate', 'new Date()') : valueIn(each)]),
  );
}

function isOfRun({ column, value }: HistoryValue): boolean {
  if (column.type !== 'date' || value == null) return false;
  const moment: unknown = EJSON.parse(value);
  return moment instanceof Date && moment.getTime() >= firstMomentMs;
}

/** Texts stand as themselves; all else as Extended JSON. */
function valueIn({ column, value }: HistoryValue): DocumentValue {
  if (value == null) return scalar(null);
  // A bare number is a double to the shell, or a 32-bit integer where it is one (mongosh, "Data Types").
  if (column.type === 'double' || column.type === 'int') return scalar(Number(value));
  return column.type === 'string' ? scalar(value) : documentValue(EJSON.parse(value, { relaxed: false }));
}
