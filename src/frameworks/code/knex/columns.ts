import { ownValue } from '../../../model/own-value';
import { asNumber, asText, DateValue, Embedded, isHole, isRecord, type KnexObject, listOf, missing, type Place } from './values';
import type { Writer } from './writer';

/** A column of a table builder: `schema/columnbuilder.js`, `schema/columncompiler.js` and `dialects/postgres/schema/pg-columncompiler.js`. */

/** What a column asks of the table that it belongs to. */
export interface ColumnTable {
  readonly schema: string | undefined;
  readonly name: unknown;
  /** The name as SQL. */
  readonly quoted: string;
  readonly writer: Writer;
  /** True when a primary key is declared for the table: then no column declares one. */
  readonly hasPrimaryKey: boolean;
  /** A modifier that is a call on the table: `index`, `unique`, `primary`, `references`. */
  columnCall(column: Column, method: string, args: readonly unknown[], place: Place): unknown;
}

export interface CompiledColumn {
  /** Name, type and modifiers. */
  readonly definition: string;
  /** Statements that come before that of the table: types. */
  readonly first: readonly string[];
  /** Statements that come after it: comments, checks of an altered column. */
  readonly later: readonly string[];
}

const aliases: Readonly<Record<string, string>> = {
  float: 'floating',
  enum: 'enu',
  boolean: 'bool',
  string: 'varchar',
  bigint: 'biginteger',
};

/** Types whose SQL is one word. Those of the table builder that are not among all of these have none for Postgres: knex writes `undefined`. */
const plainTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date: 'date',
  time: 'time',
  geometry: 'geometry',
  geography: 'geography',
  point: 'point',
  integer: 'integer',
  smallint: 'smallint',
  mediumint: 'integer',
  tinyint: 'smallint',
  biginteger: 'bigint',
  text: 'text',
  binary: 'bytea',
  double: 'double precision',
  floating: 'real',
  json: 'json',
  jsonb: 'jsonb',
};

/** Methods of a table builder that make a column. */
const typeMethods = new Set(
  `tinyint smallint mediumint int bigint decimal float double real bit boolean serial date datetime timestamp time year geometry geography
  point char varchar tinytext tinyText text mediumtext mediumText longtext longText binary varbinary tinyblob tinyBlob mediumblob
  mediumBlob blob longblob longBlob enum set bool dateTime increments bigincrements bigIncrements integer biginteger bigInteger string
  json jsonb uuid enu specificType`.split(/\s+/),
);

export function isColumnType(method: string): boolean {
  return typeMethods.has(method);
}

/** Modifiers that stand in the definition, in knex's order. */
const definitionModifiers = ['nullable', 'defaultTo'] as const;
const checkModifiers = [
  'check',
  'checkPositive',
  'checkNegative',
  'checkIn',
  'checkNotIn',
  'checkBetween',
  'checkLength',
  'checkRegex',
] as const;

/** Calls that only knex itself sees. */
const ignored = new Set(['queryContext', 'drop', 'alterType', 'autoIncrement']);

export class Column implements KnexObject {
  /** The whole chain so far. */
  place: Place;
  altered: { readonly nullable: boolean; readonly type: boolean } | undefined;
  readonly type: string;
  /** How a CHECK compares with a regular expression. */
  protected readonly regexOperator: string = '~';
  protected readonly modifiers = new Map<string, readonly unknown[]>();
  private foreignKey: KnexObject | undefined;

  constructor(
    private readonly table: ColumnTable,
    /** As it was called: `bigIncrements`. */
    readonly method: string,
    protected readonly args: readonly unknown[],
    place: Place,
  ) {
    const type = method.toLowerCase();
    this.type = ownValue(aliases, method) ?? ownValue(aliases, type) ?? type;
    this.place = place;
  }

  protected get writer(): Writer {
    return this.table.writer;
  }

  get isIncrements(): boolean {
    return this.type.includes('increments');
  }

  /** As it is given: not quoted. */
  get name(): unknown {
    const [name] = this.args;
    return name === undefined || name === '' ? 'id' : name;
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    this.place = joined(this.place, place);
    if (ignored.has(method)) return this;
    switch (method) {
      case 'notNull':
      case 'notNullable':
        this.modifiers.set('nullable', [false]);
        return this;
      case 'nullable':
        this.modifiers.set('nullable', args);
        return this;
      case 'default':
      case 'defaultsTo':
      case 'defaultTo':
        this.modifiers.set('defaultTo', args);
        return this;
      case 'comment':
      // Words of MySQL: on Postgres nothing comes of them.
      case 'unsigned':
      case 'collate':
      case 'first':
      case 'after':
        this.modifiers.set(method, args);
        return this;
      case 'alter': {
        const options = isRecord(args[0]) ? args[0] : {};
        this.altered = { nullable: options.alterNullable !== false, type: options.alterType !== false };
        return this;
      }
      case 'index':
      case 'primary':
      case 'unique':
        if (!this.isIncrements) this.table.columnCall(this, method, args, this.place);
        return this;
      case 'references': {
        const made = this.table.columnCall(this, method, args, this.place);
        this.foreignKey = made as KnexObject;
        return this;
      }
      default:
        break;
    }
    if ((checkModifiers as readonly string[]).includes(method)) {
      this.modifiers.set(method, args);
      return this;
    }
    // `references` gives the column the methods of the foreign key.
    const given = this.foreignKey?.call(method, args, this.place) ?? missing;
    return given === missing ? missing : this;
  }

  /** The SQL of its type; `first` gets the statement that makes it, where there is one. */
  sqlType(first: string[]): string {
    const [, ...options] = this.args;
    const plain = ownValue(plainTypes, this.type);
    if (plain !== undefined) return this.type === 'json' && options[0] === true ? 'jsonb' : plain;
    switch (this.type) {
      case 'varchar':
        return `varchar(${asNumber(options[0], 255)})`;
      case 'decimal':
        return options[0] === null ? 'decimal' : `decimal(${asNumber(options[0], 8)}, ${asNumber(options[1], 2)})`;
      case 'datetime':
      case 'timestamp':
        return timestampType(options);
      case 'increments':
      case 'bigincrements':
        return `${this.type === 'increments' ? 'serial' : 'bigserial'}${this.ownPrimaryKey(options[0], true)}`;
      case 'uuid':
        return `uuid${this.ownPrimaryKey(options[0], false)}`;
      case 'specifictype':
        return options[0] instanceof Embedded ? options[0].embed(false) : (asText(options[0]) ?? 'undefined');
      case 'bit':
        // knex reads the length of the first option, which is that of a string.
        return isRecord(options[0]) && options[0].length === false ? 'bit' : `bit(${lengthOf(options[0])})`;
      case 'enu':
        return this.enumType(options, first);
      default:
        return 'undefined';
    }
  }

  /** As part of CREATE TABLE or ADD COLUMN. */
  compile(): CompiledColumn {
    const first: string[] = [];
    const later: string[] = [];
    const words = [this.writer.wrap(this.name), this.sqlType(first)];
    if (!this.isIncrements) {
      for (const modifier of definitionModifiers) {
        const args = this.modifiers.get(modifier);
        if (args !== undefined) words.push(modifier === 'nullable' ? (args[0] === false ? 'not null' : 'null') : this.sqlDefault(args[0]));
      }
    }
    later.push(...this.commentStatements());
    if (!this.isIncrements) words.push(...this.checks(later));
    return { definition: words.filter((word) => word !== '').join(' '), first, later };
  }

  /** The statements of `alter()`, each by itself: that is how knex sends them. */
  compileAltered(): { readonly first: readonly string[]; readonly statements: readonly string[]; readonly later: readonly string[] } {
    const first: string[] = [];
    const later: string[] = [...this.commentStatements()];
    if (!this.isIncrements) this.checks(later);
    const type = this.sqlType(first);
    const name = this.writer.quoteName(String(this.name));
    const alter = `alter table ${this.table.quoted} alter column ${name}`;
    const statements = [`${alter} drop default`];
    if (this.altered?.nullable === true) statements.push(`${alter} drop not null`);
    if (this.altered?.type === true) {
      statements.push(`${alter} type ${type} using (${name}${this.type === 'enu' ? '::text::' : '::'}${type})`);
    }
    const newDefault = this.modifiers.get('defaultTo');
    if (newDefault !== undefined) statements.push(`${alter} set ${this.sqlDefault(newDefault[0])}`);
    if (this.altered?.nullable === true && this.modifiers.get('nullable')?.[0] === false) statements.push(`${alter} set not null`);
    return { first, statements, later };
  }

  protected ownPrimaryKey(options: unknown, otherwise: boolean): string {
    const wanted = isRecord(options) ? options.primaryKey === true : otherwise;
    return wanted && !this.table.hasPrimaryKey ? ' primary key' : '';
  }

  private enumType(options: readonly unknown[], first: string[]): string {
    const settings = isRecord(options[1]) ? options[1] : {};
    const values = (Array.isArray(options[0]) ? options[0] : [options[0]]).map((value) => `'${plain(value)}'`).join(', ');
    if (settings.useNative !== true) return `text check (${this.writer.wrap(this.name)} in (${values}))`;
    const schema = asText(settings.schemaName) ?? this.table.schema;
    const name = `${schema === undefined || schema === '' ? '' : `"${schema}".`}"${plain(settings.enumName)}"`;
    if (settings.existingType !== true) first.push(`create type ${name} as enum (${values})`);
    return name;
  }

  /** `formatDefault` of `formatter/formatterUtils.js`. */
  protected sqlDefault(value: unknown): string {
    if (value === undefined) return 'default ';
    if (value === null) return 'default null';
    if (value instanceof Embedded) return `default ${value.embed(false)}`;
    if (this.type === 'bool' && !isHole(value)) return `default '${value !== 'false' && value ? 1 : 0}'`;
    if (this.type.startsWith('json') && typeof value === 'object') return `default '${JSON.stringify(value)}'`;
    if (value instanceof DateValue) return `default ${this.writer.quoteText(value.iso)}`;
    return `default ${this.writer.quoteText(String(value))}`;
  }

  private commentStatements(): readonly string[] {
    const args = this.modifiers.get('comment');
    if (args === undefined) return [];
    const comment = asText(args[0]);
    // As knex escapes it: a quote that is doubled already stays so.
    const text = comment === undefined || comment === '' ? 'NULL' : `'${comment.replace(/(?<!')'(?!')/g, "''")}'`;
    return [`comment on column ${this.table.quoted}.${this.writer.wrap(this.name)} is ${text}`];
  }

  /** Checks as parts of the definition, or as statements into `later` when the column is altered. */
  protected checks(later: string[]): readonly string[] {
    const inline: string[] = [];
    let unnamed = 0;
    for (const modifier of checkModifiers) {
      const args = this.modifiers.get(modifier);
      const found = args === undefined ? undefined : checkOf(modifier, this.writer.wrap(this.name), args, this.regexOperator, this.writer);
      if (found === undefined) continue;
      const { predicate } = found;
      const name = asText(found.name);
      if (this.altered === undefined) inline.push(`${name === undefined || name === '' ? '' : `constraint ${name} `}check (${predicate})`);
      else {
        unnamed += name === undefined || name === '' ? 1 : 0;
        const own = name === undefined || name === '' ? `${plain(this.table.name)}_${plain(this.name)}_${unnamed}` : name;
        later.push(`alter table ${this.table.quoted} add constraint ${own} check(${predicate})`);
      }
    }
    return inline;
  }
}

function checkOf(
  modifier: (typeof checkModifiers)[number],
  column: string,
  args: readonly unknown[],
  regexOperator: string,
  writer: Writer,
): { readonly predicate: string; readonly name: unknown } | undefined {
  switch (modifier) {
    case 'checkPositive':
      return { predicate: `${column} > 0`, name: args[0] };
    case 'checkNegative':
      return { predicate: `${column} < 0`, name: args[0] };
    case 'checkIn':
    case 'checkNotIn': {
      const values = writer.literals(listOf([args[0]]));
      return { predicate: `${column} ${modifier === 'checkIn' ? '' : 'not '}in (${values})`, name: args[1] };
    }
    case 'checkBetween': {
      const given = Array.isArray(args[0]) ? args[0] : [args[0]];
      const intervals: readonly unknown[] = Array.isArray(given[0]) ? given : [given];
      const parts = intervals.map((interval) => {
        const [low, high]: readonly unknown[] = Array.isArray(interval) ? interval : [interval, interval];
        return `${column} between ${writer.literal(low)} and ${writer.literal(high)}`;
      });
      return { predicate: parts.join(' or '), name: args[1] };
    }
    case 'checkLength':
      return { predicate: `length(${column}) ${plain(args[0])} ${plain(args[1])}`, name: args[2] };
    case 'checkRegex':
      return { predicate: `${column} ${regexOperator} ${writer.literal(args[0])}`, name: args[1] };
    default:
      // knex has no method for the modifier `check` of a column, and fails.
      return undefined;
  }
}

/** `timestamp(name, { useTz, precision })` or `timestamp(name, withoutTz, precision)`. */
function timestampType(options: readonly unknown[]): string {
  const [first, second] = options;
  const settings = isRecord(first) ? first : { useTz: first !== true, precision: second };
  const precision = settings.precision;
  const base = settings.useTz === false ? 'timestamp' : 'timestamptz';
  return precision === undefined || precision === null ? base : `${base}(${plain(precision)})`;
}

function lengthOf(value: unknown): string {
  const own = isRecord(value) ? value.length : typeof value === 'string' ? value.length : undefined;
  return plain(own);
}

function plain(value: unknown): string {
  return value instanceof Embedded ? value.embed(false) : String(value);
}

/** Both where one is a part of the other's chain, which begins at the same place; else the first. */
function joined(first: Place, second: Place): Place {
  const sameChain = first.path === second.path && first.span.start === second.span.start;
  return sameChain && second.span.end > first.span.end ? second : first;
}
