import { concat, joined } from '../../../../code/text';
import type { TextValue } from '../../../../code/value';
import type { Column } from '../columns';
import { defaultName } from '../names';
import { placedText } from '../sources';
import { isNamed, type Later, Table } from '../tables';
import { asList, asText, isRecord, listOf } from '../values';

const unknownColumn = 'knex asks the database for the type of the column, and says all of it again';

/** A table for MySQL: `dialects/mysql/schema/mysql-tablecompiler.js`. */
export class MysqlTable extends Table {
  protected override createStatements(): readonly TextValue[] {
    const compiled = this.columns.map((column) => ({ column, ...column.compile() }));
    const written = (text: string): TextValue => placedText(text, this.place);
    const isLike = this.method === 'createLike';
    const head = `create table ${this.method === 'createIfNot' ? 'if not exists ' : ''}${this.quoted}`;
    const parts = [
      ...compiled.map(({ column, definition }) => placedText(definition, column.place)),
      ...this.primaryKeyPart(),
      ...this.checkParts(),
    ];
    const body = isLike ? written(` like ${this.quotedLike}`) : concat(written(' ('), joined(parts, written(', ')), written(')'));
    return [
      concat(written(head), body, written(this.options(isLike))),
      ...(isLike ? this.addedColumns(compiled) : []),
      ...compiled.flatMap(({ later, column }) => later.map((text) => placedText(text, column.place))),
      ...this.laterStatements(),
    ];
  }

  protected override alterStatements(): readonly TextValue[] {
    const compiled = this.columns.map((column) => ({ column, ...column.compile() }));
    const added = compiled.filter(({ column }) => column.altered === undefined);
    const altered = compiled.filter(({ column }) => column.altered !== undefined);
    const comment = this.comment;
    return [
      ...this.addedColumns(added),
      ...this.addedColumns(altered, 'modify'),
      ...[...added, ...altered].flatMap(({ later, column }) => later.map((text) => placedText(text, column.place))),
      ...this.laterStatements(),
      ...(comment === undefined ? [] : [placedText(`alter table ${this.quoted} comment = '${comment.text}'`, comment.place)]),
    ];
  }

  private addedColumns(
    columns: readonly { readonly column: Column; readonly definition: string }[],
    word: 'add' | 'modify' = 'add',
  ): readonly TextValue[] {
    if (columns.length === 0) return [];
    const written = (text: string): TextValue => placedText(text, this.place);
    const parts = columns.map(({ column, definition }) => placedText(`${word} ${definition}`, column.place));
    return [concat(written(`alter table ${this.quoted} `), joined(parts, written(', ')))];
  }

  private options(isLike: boolean): string {
    const { charset, collate, engine } = this.settings;
    return [
      charset && !isLike ? ` default character set ${charset}` : '',
      collate ? ` collate ${collate}` : '',
      engine ? ` engine = ${engine}` : '',
      this.comment === undefined || this.comment.text === '' ? '' : ` comment = '${this.comment.text}'`,
    ].join('');
  }

  protected override primaryKeyPart(): readonly TextValue[] {
    const primary = this.later.find(({ method }) => method === 'primary');
    if (primary === undefined) return [];
    const [, name] = primary.args;
    const constraint = isNamed(name) ? `constraint ${this.writer.wrap(name)} ` : '';
    return [placedText(`${constraint}primary key (${this.writer.columnize(this.primaryColumns(primary))})`, primary.place)];
  }

  /** A column that counts is always a part of the key; of `bigIncrements` knex does not know that, only of `bigincrements`. */
  private primaryColumns({ args }: Later): readonly unknown[] {
    const columns = [...asList(args[0])];
    for (const kind of ['increments', 'bigincrements']) {
      for (const { name } of this.columns.filter(({ method }) => method === kind)) if (!columns.includes(name)) columns.unshift(name);
    }
    return columns;
  }

  protected override laterText(call: Later, unnamedChecks: number): string | readonly string[] | undefined {
    const { method, args } = call;
    const alter = `alter table ${this.quoted}`;
    const [columns, second] = args;
    const keyName = (kind: 'index' | 'unique' | 'foreign'): string =>
      this.writer.wrap(isNamed(second) ? second : defaultName(kind, this.name, asList(columns)));
    switch (method) {
      case 'primary':
        return this.primaryStatements(call);
      case 'unique':
        return this.uniqueStatement(columns, second);
      case 'index':
        return this.indexStatement(columns, second, args[2]);
      case 'dropPrimary':
        return `${alter} drop primary key`;
      case 'dropIndex':
        return `${alter} drop index ${keyName('index')}`;
      case 'dropUnique':
        return `${alter} drop index ${keyName('unique')}`;
      case 'dropForeign':
        return `${alter} drop foreign key ${keyName('foreign')}`;
      case 'renameColumn':
        // It asks for the definition of the column, and says it again in CHANGE: nothing of it changes but the name.
        return `${alter} rename column ${this.writer.wrap(columns)} to ${this.writer.wrap(second)}`;
      case 'setNullable':
      case 'dropNullable':
        this.problems.push({ place: call.place, why: unknownColumn });
        return undefined;
      case 'dropUniqueIfExists':
        if (this.dialect.hasColumnGuards) return `${alter} drop index if exists ${keyName('unique')}`;
        return this.refuse(call);
      case 'dropPrimaryIfExists':
      case 'dropForeignIfExists':
        return this.refuse(call);
      case 'dropColumn':
      case 'dropColumns':
        return `${alter} ${listOf(args)
          .map((column) => `drop ${this.writer.wrap(column)}`)
          .join(', ')}`;
      default:
        return super.laterText(call, unnamedChecks);
    }
  }

  private refuse({ method, place }: Later): undefined {
    this.problems.push({ place, why: `knex refuses ${method} on MySQL` });
    return undefined;
  }

  private primaryStatements(call: Later): readonly string[] {
    const [, given] = call.args;
    const name = isRecord(given) ? given.constraintName : given;
    const constraint = this.writer.wrap(isNamed(name) ? name : `${String(this.name)}_pkey`);
    const isNew = this.method !== 'alter';
    const counting = (kind: string): string =>
      this.writer.columnize(this.columns.filter(({ method }) => method === kind).map((column) => column.name));
    const modified = (kind: string, type: string): readonly string[] =>
      this.columns.some((column) => column.method === kind)
        ? [`alter table ${this.quoted} modify column ${counting(kind)} ${type} unsigned not null auto_increment`]
        : [];
    return [
      ...(isNew ? [] : [`alter table ${this.quoted} add primary key ${constraint}(${this.writer.columnize(this.primaryColumns(call))})`]),
      ...modified('increments', 'int'),
      ...modified('bigincrements', 'bigint'),
    ];
  }

  private uniqueStatement(columns: unknown, options: unknown): string {
    const settings = isRecord(options) ? options : { indexName: options };
    const name = this.writer.wrap(isNamed(settings.indexName) ? settings.indexName : defaultName('unique', this.name, asList(columns)));
    return `alter table ${this.quoted} add unique ${name}(${this.writer.columnize(columns)})${using(settings.storageEngineIndexType)}`;
  }

  private indexStatement(columns: unknown, indexName: unknown, options: unknown): string {
    const settings = isRecord(options) ? options : { indexType: options };
    const name = this.writer.wrap(isNamed(indexName) ? indexName : defaultName('index', this.name, asList(columns)));
    const type = asText(settings.indexType);
    return `alter table ${this.quoted} add${type ? ` ${type}` : ''} index ${name}(${this.writer.columnize(columns)})${using(settings.storageEngineIndexType)}`;
  }
}

function using(type: unknown): string {
  const text = asText(type);
  return text === undefined || text === '' ? '' : ` using ${text}`;
}
