import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { holeMark, plainValue, writtenText } from '../../../code/plain';
import { array, object, type Place, primitive, undefinedValue, unknown, type Value } from '../../../code/value';
import { Absences } from './absence';
import {
  checkFrom,
  columnFrom,
  exclusionFrom,
  foreignKeyFrom,
  Held,
  type HeldKind,
  indexFrom,
  optionsOf,
  tableFrom,
  text,
  uniqueFrom,
  viewFrom,
} from './options';
import { primaryColumns, type Table, type TableColumn, unseenColumn } from './tables';

/** The classes that migrations import from `typeorm`, and what code asks of their instances. */

/** `typeorm` as code imports it, and its forks under other names. */
export const typeormPackage: Value = object({
  Table: classOf('Table', (options) => tableValue(new Held('table', tableFrom(options)))),
  TableColumn: classOf('TableColumn', (options) => columnValue(new Held('column', columnFrom(options)))),
  TableIndex: classOf('TableIndex', (options) => partValue(new Held('index', indexFrom(options)))),
  TableForeignKey: classOf('TableForeignKey', (options) => partValue(new Held('foreign key', foreignKeyFrom(options)))),
  TableUnique: classOf('TableUnique', (options) => partValue(new Held('unique', uniqueFrom(options)))),
  TableCheck: classOf('TableCheck', (options) => partValue(new Held('check', checkFrom(options)))),
  TableExclusion: classOf('TableExclusion', (options) => partValue(new Held('exclusion', exclusionFrom(options)))),
  View: classOf('View', (options) => partValue(new Held('view', viewFrom(options)))),
});

function classOf(name: string, make: (options: unknown) => NativeValue): NativeValue {
  const construct = (call: NativeCall): Value => make(optionsOf(call.arg(0)));
  return native({ name, reachesDatabase: false, construct, call: construct });
}

/** A table as `getTable` gives it, or `new Table(...)`. */
export function tableValue(holder: Held<Table>, absences = new Absences()): NativeValue {
  // Of a table that was not seen there may be none, and any number.
  const parts = <T extends object>(items: readonly T[], kind: HeldKind) =>
    holder.value.unseen === true ? array([], true) : array(items.map((item) => partValue(new Held(kind, item))));
  const methods: Record<string, (call: NativeCall) => Value> = {
    clone: () => tableValue(new Held('table', holder.value), absences),
    findColumnByName: (call) => foundColumn(holder.value, text(plainValue(call.arg(0))) ?? '', absences),
    findColumnIndices: (call) => parts(withColumnOf(holder.value.indices, call), 'index'),
    findColumnForeignKeys: (call) => parts(withColumnOf(holder.value.foreignKeys, call), 'foreign key'),
    findColumnUniques: (call) => parts(withColumnOf(holder.value.uniques, call), 'unique'),
    addColumn: (call) => {
      holder.value = { ...holder.value, columns: [...holder.value.columns, columnFrom(optionsOf(call.arg(0)))] };
      return undefinedValue;
    },
  };
  return native({
    name: 'the table',
    reachesDatabase: false,
    data: holder,
    methods,
    properties: {
      name: (use) => writtenText(holder.value.name, use.place),
      schema: (use) => optionalText(holder.value.schema, use.place),
      comment: (use) => optionalText(holder.value.comment, use.place),
      columns: () => columnValues(holder.value.columns, holder.value.unseen === true),
      primaryColumns: () => columnValues(primaryColumns(holder.value), holder.value.unseen === true),
      indices: () => parts(holder.value.indices, 'index'),
      foreignKeys: () => parts(holder.value.foreignKeys, 'foreign key'),
      uniques: () => parts(holder.value.uniques, 'unique'),
      checks: () => parts(holder.value.checks, 'check'),
      exclusions: () => parts(holder.value.exclusions, 'exclusion'),
    },
  });
}

interface PartOfColumns {
  readonly columnNames: readonly string[];
}

function withColumnOf<T extends PartOfColumns>(items: readonly T[], call: NativeCall): readonly T[] {
  const { name } = columnFrom(optionsOf(call.arg(0)));
  return items.filter(({ columnNames }) => columnNames.includes(name));
}

function columnValues(columns: readonly TableColumn[], unseen: boolean): Value {
  if (unseen) return array([columnValue(new Held('column', unseenColumn(holeMark('column.name'))), true)], true);
  return array(columns.map((column) => columnValue(new Held('column', column))));
}

function foundColumn(table: Table, name: string, absences: Absences): Value {
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined) return columnValue(new Held('column', found));
  return table.unseen === true ? absences.maybe(columnValue(new Held('column', unseenColumn(name)))) : undefinedValue;
}

/** A column. `isAny`: one that stands for all columns of a table that was not seen. */
function columnValue(holder: Held<TableColumn>, isAny = false): NativeValue {
  return native({
    name: 'the column',
    reachesDatabase: false,
    data: holder,
    methods: { clone: () => columnValue(new Held('column', holder.value)) },
    ...(isAny || holder.value.unseen !== undefined ? {} : { ownProperties: (place: Place) => ownFields(holder.value, place) }),
    member: (name, use) => {
      if (isAny && name === 'name') return unknown('column.name', { source: use.place });
      return fieldOf(holder.value, name, use.place);
    },
    assign: (name, value) => {
      // What is set on a column goes through the same reading as the options of a new one.
      const { [name as keyof TableColumn]: field } = columnFrom({ ...optionsAlike(holder.value), [name]: optionsOf(value) });
      const { [name as keyof TableColumn]: _, ...rest } = holder.value;
      holder.value = { ...rest, ...(field === undefined ? {} : { [name]: field }) } as TableColumn;
    },
  });
}

function optionsAlike({ name }: TableColumn): Readonly<Record<string, unknown>> {
  return { name };
}

/** An index, a key, a constraint. */
function partValue<T extends object>(holder: Held<T>): NativeValue {
  return native({
    name: `the ${holder.kind}`,
    reachesDatabase: false,
    data: holder,
    methods: { clone: () => partValue(new Held(holder.kind, holder.value)) },
    ownProperties: (place) => ownFields(holder.value, place),
    member: (name, use) => fieldOf(holder.value, name, use.place),
    assign: (name, value) => {
      holder.value = { ...holder.value, [name]: plainValue(value) };
    },
  });
}

function fieldOf(of: object, name: string, place: Place): Value {
  const found: unknown = Object.hasOwn(of, name) ? (of as Readonly<Record<string, unknown>>)[name] : undefined;
  if (typeof found === 'string') return writtenText(found, place);
  if (typeof found === 'boolean' || typeof found === 'number') return primitive(found);
  if (Array.isArray(found)) return array(found.map((item) => writtenText(String(item), place)));
  return 'unseen' in of ? unknown(name, { source: place }) : undefinedValue;
}

/** `new TableColumn({ ...column, name: 'other' })` */
function ownFields(of: object, place: Place): ReadonlyMap<string, Value> {
  return new Map(Object.keys(of).map((name) => [name, fieldOf(of, name, place)]));
}

function optionalText(value: string | undefined, place: Place): Value {
  return value === undefined ? undefinedValue : writtenText(value, place);
}
