import type { Column, Table } from '../../../model/catalog';
import { greatestAmount, isAmount } from '../../amounts';
import { pick } from '../../random';
import { type Condition, candidatesFor, type Maker } from './candidates';
import { formOf, isBoolean, type TypeForm } from './form';
import { type FillStep, type ForeignKey, mayBeNull } from './order';
import { valueFor } from './values';

/** Literals by column. */
export type RowValues = ReadonlyMap<string, string>;

/** The rows that a foreign key may refer to, each as literals of the columns that it names. */
export type ParentRows = ReadonlyMap<string, readonly (readonly string[])[]>;

interface PlannedColumn {
  readonly column: Column;
  readonly form: TypeForm;
  /** Kinds of values; the first is what rows are made of where nothing speaks against it. */
  readonly makers: readonly Maker[];
  readonly salt: string;
  /** A condition is on it, so that other kinds than the first may be needed. */
  readonly tried: boolean;
}

/** Which kind of value each column that is tried gets. */
export type Choice = ReadonlyMap<string, number>;

/** Makes the rows of one table, as literals. The same numbers give the same rows. */
export class RowMaker {
  private readonly columns: readonly PlannedColumn[];
  private readonly digits: ReadonlyMap<string, (number: number) => number>;

  constructor(
    private readonly step: FillStep,
    private readonly seed: number,
    conditions: readonly Condition[],
    private readonly parents: ParentRows,
  ) {
    const { table } = step;
    const keyed = new Set([...step.now, ...step.later].flatMap(({ columns }) => columns));
    const unique = new Set(table.indexes.filter((index) => index.unique).flatMap(({ keys }) => keys));
    this.columns = table.columns
      .filter((column) => !isByServer(column) && !keyed.has(column.name))
      .map((column): PlannedColumn => {
        const form = formOf(column);
        const own = conditions.filter(({ columns }) => columns.includes(column.name));
        const all = own.length === 0 ? [valueFor] : candidatesFor(form, own, !column.notNull);
        const makers = usesDefault(column, unique.has(column.name)) ? [defaultMaker(column, form, own.length > 0), ...all] : all;
        return { column, form, makers, salt: `${seed}\u0000${table.name}\u0000${column.name}`, tried: own.length > 0 };
      });
    this.digits = this.spread();
  }

  /** Columns that more than one kind of value is tried for, with how many there are. */
  get tried(): readonly { readonly name: string; readonly kinds: number }[] {
    return this.columns.filter(({ tried }) => tried).map(({ column, makers }) => ({ name: column.name, kinds: makers.length }));
  }

  /** The row of this number; a text in words where it can't be made. */
  row(number: number, choice: Choice, attempt: number): RowValues | string {
    const values = new Map<string, string>();
    for (const planned of this.columns) {
      const { name, type, notNull, default: fallback } = planned.column;
      const value = this.valueOf(planned, number, choice, attempt);
      if (value !== undefined) values.set(name, value);
      else if (notNull && fallback === undefined) return `no values are known for its column ${name} of type ${type}`;
    }
    for (const key of this.step.now) {
      const problem = this.refer(values, key, number);
      if (problem !== undefined) return problem;
    }
    return this.referLater(values) ?? values;
  }

  private valueOf(
    { column, form, makers, salt, tried }: PlannedColumn,
    number: number,
    choice: Choice,
    attempt: number,
  ): string | undefined {
    if (column.identityKind !== undefined) return String(number);
    const digit = this.digits.get(column.name)?.(number);
    if (digit !== undefined) return limitedValue(form, digit);
    // Where the plain row is refused, its defaults may be why.
    const kind = tried ? (choice.get(column.name) ?? 0) : attempt === 0 ? 0 : makers.length - 1;
    return makers[kind]?.(form, { row: number, salt, name: column.name });
  }

  /** What may not wait: a row that refers to its own table refers to itself. */
  private referLater(values: Map<string, string>): string | undefined {
    for (const key of this.step.later) {
      if (mayBeNull(this.step.table, key)) continue;
      if (key.target !== this.step.table.name)
        return `its foreign key ${key.name} needs rows of ${key.target}, which needs rows of this table`;
      for (const [at, name] of key.columns.entries()) values.set(name, values.get(key.targetColumns[at] ?? '') ?? 'NULL');
    }
    return undefined;
  }

  private refer(values: Map<string, string>, key: ForeignKey, number: number): string | undefined {
    const all = this.parents.get(key.name) ?? [];
    const fixed = key.columns.map((name) => values.get(name));
    const fitting = all.filter((parent) => fixed.every((value, at) => value === undefined || value === parent[at]));
    const digit = this.digits.get(`key ${key.name}`)?.(number);
    const parent = digit === undefined ? fitting[pick(fitting.length, this.seed, this.step.table.name, key.name, number)] : fitting[digit];
    if (parent !== undefined) {
      for (const [at, name] of key.columns.entries()) values.set(name, parent[at] ?? 'NULL');
      return undefined;
    }
    return mayBeNull(this.step.table, key) ? undefined : `its foreign key ${key.name} needs rows of ${key.target}`;
  }

  /**
   * A unique key of columns that have few values (references, enums, booleans) gets its combinations one after another: the row's number,
   * written in digits of those sizes.
   */
  private spread(): ReadonlyMap<string, (number: number) => number> {
    const { table, now } = this.step;
    const digits = new Map<string, (number: number) => number>();
    for (const index of table.indexes.filter(({ unique }) => unique)) {
      const members = new Map<string, number>();
      for (const name of index.keys) {
        const key = now.find(({ columns }) => columns.includes(name));
        const planned = this.columns.find(({ column }) => column.name === name);
        if (key !== undefined) members.set(`key ${key.name}`, (this.parents.get(key.name) ?? []).length);
        else members.set(name, planned === undefined || planned.tried ? Number.POSITIVE_INFINITY : limit(planned.form));
      }
      if ([...members.values()].some((size) => size === Number.POSITIVE_INFINITY || size === 0)) continue;
      let below = 1;
      for (const [member, size] of members) {
        const step = below;
        if (!digits.has(member)) digits.set(member, (number) => Math.floor((number - 1) / step) % size);
        below *= size;
      }
    }
    return digits;
  }
}

/** Generated, drawn from a sequence, or kept by the server, as the columns of MariaDB's row history. */
export function isByServer({ generated, default: fallback, storage }: Column): boolean {
  return generated !== undefined || /^nextval\(/i.test(fallback ?? '') || /\bROW (START|END)\b/i.test(storage ?? '');
}

/** Rows as the application would have made them have the default mostly. A clock is no default that makes the same rows twice. */
function usesDefault({ default: fallback, type }: Column, unique: boolean): boolean {
  return !unique && fallback !== undefined && /^(['"\d-]|[bx]'|_\w+')/i.test(fallback) && !/^'0000-00-00/.test(fallback) && type !== '';
}

function defaultMaker(column: Column, form: TypeForm, bounded: boolean): Maker {
  const initial = amountOf(column, form);
  const choice = form.base === 'enum' || isBoolean(form);
  const varied: Maker | undefined =
    initial !== undefined && !bounded
      ? (_, { salt, row }) => String(initial + 1 + pick(greatestAmount, salt, 'amount', row))
      : choice
        ? (_, source) => valueFor(form, source)
        : undefined;
  return (given, source) => (pick(4, source.salt, 'default', source.row) === 0 ? varied?.(given, source) : undefined) ?? 'DEFAULT';
}

const fractional = new Set(['decimal', 'float', 'double']);
const whole = new Set(['int', 'mediumint', 'bigint']);

/** What a column of amounts begins with; undefined for any other column. */
function amountOf({ name, default: fallback = '' }: Column, { base, length, scale }: TypeForm): number | undefined {
  if (!fractional.has(base) && !whole.has(base)) return undefined;
  // Room for two digits before the point.
  if (base === 'decimal' && (length ?? 10) - (scale ?? 0) < 2) return undefined;
  const initial = Number(fallback.replace(/^'(.*)'$/, '$1') || 'none');
  return isAmount(name, fractional.has(base), initial) ? initial : undefined;
}

/** How many values there are where there are few. */
function limit(form: TypeForm): number {
  if (form.base === 'enum') return form.labels.length;
  return isBoolean(form) ? 2 : Number.POSITIVE_INFINITY;
}

function limitedValue(form: TypeForm, digit: number): string {
  return form.base === 'enum' ? String(digit + 1) : String(digit);
}

export function columnsOfRows(table: Table, rows: readonly RowValues[]): string[] {
  return table.columns.map(({ name }) => name).filter((name) => rows.some((row) => row.has(name)));
}
