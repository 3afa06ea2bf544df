import { concat, joined } from '../../../code/text';
import type { Place, TextValue } from '../../../code/value';
import { type Column, type ColumnTable, isColumnType } from './columns';
import type { Dialect } from './dialects';
import { defaultName, qualified } from './names';
import { bind } from './raw';
import { placedText } from './sources';
import { asList, asText, Embedded, isRecord, type KnexObject, listOf, missing } from './values';
import type { Writer } from './writer';

/**
 * The builder that the callback of `createTable` and `alterTable` gets: `schema/tablebuilder.js`, `schema/tablecompiler.js` and
 * `dialects/postgres/schema/pg-tablecompiler.js`. Calls are collected, and become statements in knex's order: the table with its columns or
 * the columns that are added, altered ones, comments, then keys and indexes as they were called.
 */

export type TableMethod = 'create' | 'createIfNot' | 'createLike' | 'alter';

/** Statements of their own, in the order of the calls. */
export interface Later {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly place: Place;
}

const laterMethods = new Set(
  `index primary unique dropPrimary dropPrimaryIfExists dropUnique dropUniqueIfExists dropIndex dropForeign dropForeignIfExists renameColumn
  setNullable dropNullable dropChecks dropColumn dropColumns`.split(/\s+/),
);

export class Table implements KnexObject, ColumnTable {
  protected readonly columns: Column[] = [];
  protected readonly later: Later[] = [];
  protected readonly checks: Later[] = [];
  protected readonly foreignKeys = new Map<Later, ForeignKey>();
  /** What could not be written, to be said. */
  readonly problems: { readonly place: Place; readonly why: string }[] = [];
  /** Words of MySQL behind a table. */
  protected readonly settings: { engine?: string; charset?: string; collate?: string } = {};
  protected comment: { readonly text: string; readonly place: Place } | undefined;
  protected parent: unknown;

  constructor(
    protected readonly method: TableMethod,
    readonly name: unknown,
    protected readonly like: unknown,
    readonly schema: string | undefined,
    /** The call that the table is for. */
    protected readonly place: Place,
    protected readonly dialect: Dialect,
  ) {}

  get writer(): Writer {
    return this.dialect.writer;
  }

  get quoted(): string {
    return this.writer.wrap(qualified(this.schema, this.name));
  }

  protected get quotedLike(): string {
    return this.writer.wrap(qualified(this.schema, this.like));
  }

  get hasPrimaryKey(): boolean {
    return this.later.some(({ method }) => method === 'primary');
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    if (isColumnType(method)) {
      const column = this.dialect.column(this, method, args, place);
      this.columns.push(column);
      return column;
    }
    switch (method) {
      case 'timestamps':
        this.addTimestamps(args, place);
        return undefined;
      case 'comment':
        this.comment = { text: asText(args[0]) ?? '', place };
        return undefined;
      case 'inherits':
        this.parent = args[0];
        return undefined;
      case 'engine':
      case 'charset':
      case 'collate':
        this.settings[method] = asText(args[0]) ?? '';
        return this;
      case 'queryContext':
        return this;
      case 'check':
        (this.method === 'alter' ? this.later : this.checks).push({ method, args, place });
        return this;
      case 'dropTimestamps': {
        const names = args[0] === true ? ['createdAt', 'updatedAt'] : ['created_at', 'updated_at'];
        this.later.push({ method: 'dropColumn', args: [names], place });
        return this;
      }
      case 'foreign':
        return this.addForeign(args, place);
      default:
        if (!laterMethods.has(method)) return missing;
        this.later.push({ method, args, place });
        return this;
    }
  }

  columnCall(column: Column, method: string, args: readonly unknown[], place: Place): unknown {
    if (method === 'references') return this.addForeign([column.name], place).call('references', args, place);
    this.later.push({ method, args: [column.name, ...args], place });
    return this;
  }

  /** All statements, in the order in which knex sends them. */
  statements(): readonly TextValue[] {
    return this.method === 'alter' ? this.alterStatements() : this.createStatements();
  }

  protected createStatements(): readonly TextValue[] {
    const compiled = this.columns.map((column) => ({ column, ...column.compile() }));
    const parts = [
      ...compiled.map(({ column, definition }) => placedText(definition, column.place)),
      ...this.primaryKeyPart(),
      ...(this.method === 'createLike' ? [] : this.checkParts()),
    ];
    const written = (text: string): TextValue => placedText(text, this.place);
    const body = joined(parts, written(', '));
    const isLike = this.method === 'createLike';
    const head = `create table ${this.method === 'createIfNot' ? 'if not exists ' : ''}${this.quoted} (`;
    const like = isLike ? `like ${this.quotedLike} including all${parts.length > 0 ? ', ' : ''}` : '';
    const tail = this.parent === undefined ? ')' : `) inherits (${this.writer.wrap(this.parent)})`;
    return [
      ...compiled.flatMap(({ first, column }) => first.map((text) => placedText(text, column.place))),
      concat(written(`${head}${like}`), body, written(tail)),
      ...this.commentStatements(),
      ...compiled.flatMap(({ later, column }) => later.map((text) => placedText(text, column.place))),
      ...this.laterStatements(),
    ];
  }

  protected checkParts(): readonly TextValue[] {
    return this.checks.map(({ args, place }) => {
      const name = asText(args[2]);
      const predicate = bind(placedText(String(args[0]), place), args[1], this.writer);
      return concat(placedText(`${name === undefined ? '' : `constraint ${name} `}check (`, place), predicate, placedText(')', place));
    });
  }

  protected alterStatements(): readonly TextValue[] {
    const added = this.columns.filter(({ altered }) => altered === undefined).map((column) => ({ column, ...column.compile() }));
    const altered = this.columns.filter((column) => column.altered !== undefined).map((column) => ({ column, ...column.compileAltered() }));
    const additions = added.map(({ column, definition }) => placedText(`add column ${definition}`, column.place));
    const written = (text: string): TextValue => placedText(text, this.place);
    const own = (texts: readonly string[], column: Column): readonly TextValue[] => texts.map((text) => placedText(text, column.place));
    return [
      ...[...added, ...altered].flatMap(({ first, column }) => own(first, column)),
      ...(additions.length === 0 ? [] : [concat(written(`alter table ${this.quoted} `), joined(additions, written(', ')))]),
      ...altered.flatMap(({ statements, column }) => own(statements, column)),
      ...[...added, ...altered].flatMap(({ later, column }) => own(later, column)),
      ...this.laterStatements(),
      ...this.commentStatements(),
    ];
  }

  protected primaryKeyPart(): readonly TextValue[] {
    const primary = this.later.find(({ method }) => method === 'primary');
    if (primary === undefined || this.method === 'createLike') return [];
    const { name, deferrable } = keyOptions(primary.args[1]);
    const constraint = this.writer.wrap(name ?? `${String(this.name)}_pkey`);
    return [placedText(`constraint ${constraint} primary key (${this.writer.columnize(primary.args[0])})${deferrable}`, primary.place)];
  }

  protected commentStatements(): readonly TextValue[] {
    if (this.comment === undefined) return [];
    return [placedText(`comment on table ${this.quoted} is '${this.comment.text}'`, this.comment.place)];
  }

  protected laterStatements(): readonly TextValue[] {
    let unnamedChecks = 0;
    return this.later.flatMap((call) => {
      if (call.method === 'check') unnamedChecks += asText(call.args[2]) === undefined ? 1 : 0;
      const key = this.foreignKeys.get(call);
      const text = key === undefined ? this.laterText(call, unnamedChecks) : key.statement();
      return asTexts(text).map((sql) => placedText(sql, key?.place ?? call.place));
    });
  }

  protected laterText({ method, args }: Later, unnamedChecks: number): string | readonly string[] | undefined {
    const alter = `alter table ${this.quoted}`;
    const [columns, second] = args;
    const keyName = (kind: 'index' | 'unique' | 'foreign'): string =>
      this.writer.wrap(isNamed(second) ? second : defaultName(kind, this.name, asList(columns)));
    switch (method) {
      case 'primary': {
        if (this.method === 'create' || this.method === 'createIfNot') return undefined;
        const { name, deferrable } = keyOptions(second);
        return `${alter} add constraint ${this.writer.wrap(name ?? `${String(this.name)}_pkey`)} primary key (${this.writer.columnize(columns)})${deferrable}`;
      }
      case 'unique':
        return this.uniqueText(columns, second);
      case 'index':
        return this.indexText(columns, second, args[2]);
      case 'dropPrimary':
      case 'dropPrimaryIfExists':
        return `${alter} drop constraint ${ifExists(method)}${this.writer.wrap(isNamed(columns) ? columns : `${String(this.name)}_pkey`)}`;
      case 'dropIndex':
        return `drop index ${this.schema === undefined || this.schema === '' ? '' : `${this.writer.wrap(this.schema)}.`}${keyName('index')}`;
      case 'dropUnique':
      case 'dropUniqueIfExists':
        return `${alter} drop constraint ${ifExists(method)}${keyName('unique')}`;
      case 'dropForeign':
      case 'dropForeignIfExists':
        return `${alter} drop constraint ${ifExists(method)}${keyName('foreign')}`;
      case 'renameColumn':
        return `${alter} rename ${this.writer.wrap(columns)} to ${this.writer.wrap(second)}`;
      case 'setNullable':
      case 'dropNullable':
        return `${alter} alter column ${this.writer.wrap(columns)} ${method === 'setNullable' ? 'drop' : 'set'} not null`;
      case 'check': {
        const name = asText(args[2]) ?? `${this.quoted}_${unnamedChecks}`;
        return `${alter} add constraint ${name} check(${String(columns)})`;
      }
      case 'dropChecks':
        return columns === undefined
          ? undefined
          : `${alter} ${listOf([columns])
              .map((name) => `drop constraint ${String(name)}`)
              .join(', ')}`;
      default:
        return `${alter} ${listOf(args)
          .map((column) => `drop column ${this.writer.wrap(column)}`)
          .join(', ')}`;
    }
  }

  protected uniqueText(columns: unknown, options: unknown): string {
    const settings = isRecord(options) ? options : { indexName: options };
    const { deferrable } = keyOptions(options);
    const predicate = settings.predicate instanceof Embedded ? conditionOf(settings.predicate) : '';
    const useConstraint = typeof settings.useConstraint === 'boolean' ? settings.useConstraint : deferrable !== '' || predicate === '';
    const name = this.writer.wrap(isNamed(settings.indexName) ? settings.indexName : defaultName('unique', this.name, asList(columns)));
    return useConstraint
      ? `alter table ${this.quoted} add constraint ${name} unique (${this.writer.columnize(columns)})${deferrable}`
      : `create unique index ${name} on ${this.quoted} (${this.writer.columnize(columns)})${predicate}`;
  }

  protected indexText(columns: unknown, indexName: unknown, options: unknown): string {
    const settings = isRecord(options) ? options : { storageEngineIndexType: options };
    const name = this.writer.wrap(isNamed(indexName) ? indexName : defaultName('index', this.name, asList(columns)));
    const method = asText(settings.storageEngineIndexType);
    const using = method === undefined || method === '' ? '' : ` using ${method}`;
    const isUnique = asText(settings.indexType)?.toLowerCase() === 'unique';
    const predicate = settings.predicate instanceof Embedded ? conditionOf(settings.predicate) : '';
    return `create${isUnique ? ' unique' : ''} index ${name} on ${this.quoted}${using} (${this.writer.columnize(columns)})${predicate}`;
  }

  protected addTimestamps([first, second, third]: readonly unknown[], place: Place): void {
    const options = isRecord(first) ? first : { useTimestamps: first, defaultToNow: second, useCamelCase: third };
    const now = { sql: 'CURRENT_TIMESTAMP' };
    for (const name of options.useCamelCase === true ? ['createdAt', 'updatedAt'] : ['created_at', 'updated_at']) {
      const column = this.dialect.column(this, options.useTimestamps === true ? 'timestamp' : 'datetime', [name], place);
      if (options.defaultToNow === true) {
        column.call('notNullable', [], place);
        column.call('defaultTo', [new Expression(now.sql)], place);
      }
      this.columns.push(column);
    }
  }

  protected addForeign(args: readonly unknown[], place: Place): ForeignKey {
    const call = { method: 'foreign', args, place };
    const key = new ForeignKey(this, args[0], args[1], place);
    this.later.push(call);
    this.foreignKeys.set(call, key);
    return key;
  }
}

/** SQL that knex itself puts in. */
class Expression extends Embedded {
  constructor(private readonly sql: string) {
    super();
  }

  embed(): string {
    return this.sql;
  }
}

/** `table.foreign(...).references(...).inTable(...)`: a statement once it has both. */
class ForeignKey implements KnexObject {
  private referenced: unknown;
  private inTable: unknown;
  private onUpdate = '';
  private onDelete = '';
  private deferrable = '';

  constructor(
    private readonly table: Table,
    private readonly columns: unknown,
    private name: unknown,
    /** The chain so far. */
    public place: Place,
  ) {}

  call(method: string, args: readonly unknown[], place: Place): unknown {
    if (place.path === this.place.path && place.span.end > this.place.span.end) this.place = place;
    const [value] = args;
    switch (method) {
      case 'references': {
        // `table.column`; of `schema.table.column` knex takes the first two parts.
        const parts = typeof value === 'string' ? value.split(/\.(?![^\ue000\ue001]*\ue001)/) : [];
        this.referenced = parts.length < 2 ? value : parts[1];
        if (parts.length > 1) this.inTable = parts[0];
        return this;
      }
      case 'on':
      case 'inTable':
        this.inTable = value;
        return this;
      case 'withKeyName':
        this.name = value;
        return this;
      case 'onUpdate':
        this.onUpdate = asText(value) ?? '';
        return this;
      case 'onDelete':
        this.onDelete = asText(value) ?? '';
        return this;
      case 'deferrable':
        this.deferrable = asText(value) ?? '';
        return this;
      default:
        return missing;
    }
  }

  statement(): string | undefined {
    if (this.referenced === undefined || this.inTable === undefined) return undefined;
    const name = this.table.writer.wrap(isNamed(this.name) ? this.name : defaultName('foreign', this.table.name, asList(this.columns)));
    const actions = [
      ...(this.onUpdate === '' ? [] : [` on update ${this.onUpdate}`]),
      ...(this.onDelete === '' ? [] : [` on delete ${this.onDelete}`]),
      ...(this.deferrable === '' ? [] : [` deferrable initially ${this.deferrable}`]),
    ];
    const referenced = `${this.table.writer.wrap(this.inTable)} (${this.table.writer.columnize(this.referenced)})`;
    return `alter table ${this.table.quoted} add constraint ${name} foreign key (${this.table.writer.columnize(this.columns)}) references ${referenced}${actions.join('')}`;
  }
}

/** The second argument of `primary` and `unique`: a name, or options. */
function keyOptions(given: unknown): { readonly name: unknown; readonly deferrable: string } {
  const options = isRecord(given) ? given : { constraintName: given };
  const deferrable = asText(options.deferrable);
  return {
    name: isNamed(options.constraintName) ? options.constraintName : undefined,
    deferrable: deferrable === undefined || deferrable === '' ? '' : ` deferrable initially ${deferrable}`,
  };
}

function asTexts(text: string | readonly string[] | undefined): readonly string[] {
  return text === undefined ? [] : typeof text === 'string' ? [text] : text;
}

export function isNamed(name: unknown): boolean {
  return name !== undefined && name !== null && name !== '' && name !== false;
}

function ifExists(method: string): string {
  return method.endsWith('IfExists') ? 'if exists ' : '';
}

/** The WHERE of a query that was given as a predicate: `knex.whereNull('deleted_at')`. */
function conditionOf(query: Embedded): string {
  query.isPart = true;
  const where = 'whereClause' in query && typeof query.whereClause === 'string' ? query.whereClause : '';
  return where === '' ? '' : ` ${where}`;
}
