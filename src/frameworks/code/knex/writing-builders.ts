import { codeLiteral } from '../../../code/literal';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import { tokenize as tokenizeMysql } from '../../../parse/mysql/lexer';
import { tokenize } from '../../../parse/postgres/lexer';

/**
 * Statements that a call of knex says exactly: dropping tables, columns and views, renaming. Undefined for all others, which go raw: a builder
 * that leaves out an option would be another rollback than the one that was tried.
 */
export function builderCall(knex: string, sql: string, engine: Engine): string | undefined {
  const isMysql = isMysqlFamily(engine);
  const words = new Words(isMysql ? tokenizeMysql(sql, engine) : tokenize(sql), sql);
  if (words.take('drop', 'table')) return named(words, knex, words.take('if', 'exists') ? 'dropTableIfExists' : 'dropTable');
  if (words.take('drop', 'view')) return named(words, knex, words.take('if', 'exists') ? 'dropViewIfExists' : 'dropView');
  if (!isMysql && words.take('drop', 'schema') && !words.take('if', 'exists')) {
    const schema = words.name();
    return schema !== undefined && words.atEnd() ? `${knex}.schema.dropSchema(${literal(schema)})` : undefined;
  }
  return words.take('alter', 'table') ? alterTable(words, knex, isMysql) : undefined;
}

function alterTable(words: Words, knex: string, isMysql: boolean): string | undefined {
  const table = words.qualified();
  if (table === undefined) return undefined;
  const schema = schemaOf(knex, table);
  const changed = (call: string): string | undefined =>
    words.atEnd() ? `${schema}.alterTable(${literal(table.name)}, (table) => {\n    table.${call};\n  })` : undefined;
  if (words.take('drop', 'column')) {
    const column = words.name();
    return column === undefined ? undefined : changed(`dropColumn(${literal(column)})`);
  }
  // There the builders say more than this: they drop keys, and say a column's definition again.
  if (isMysql) return undefined;
  if (words.take('rename', 'to')) {
    const name = words.name();
    return name !== undefined && words.atEnd() ? `${schema}.renameTable(${literal(table.name)}, ${literal(name)})` : undefined;
  }
  if (words.take('rename', 'column')) {
    const from = words.name();
    const to = words.take('to') ? words.name() : undefined;
    return from === undefined || to === undefined ? undefined : changed(`renameColumn(${literal(from)}, ${literal(to)})`);
  }
  if (!words.take('alter', 'column')) return undefined;
  const column = words.name();
  if (column === undefined) return undefined;
  if (words.take('drop', 'not', 'null')) return changed(`setNullable(${literal(column)})`);
  return words.take('set', 'not', 'null') ? changed(`dropNullable(${literal(column)})`) : undefined;
}

function named(words: Words, knex: string, method: string): string | undefined {
  const table = words.qualified();
  return table !== undefined && words.atEnd() ? `${schemaOf(knex, table)}.${method}(${literal(table.name)})` : undefined;
}

interface Qualified {
  readonly schema: string | undefined;
  readonly name: string;
}

function schemaOf(knex: string, { schema }: Qualified): string {
  return schema === undefined ? `${knex}.schema` : `${knex}.schema.withSchema(${literal(schema)})`;
}

function literal(text: string): string {
  return codeLiteral(text);
}

/** What the lexers of both engines tell of a token. */
interface SqlToken {
  readonly kind: string;
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** The tokens of a statement, read from left to right. */
class Words {
  private position = 0;
  private readonly tokens: readonly SqlToken[];

  constructor(
    tokens: readonly SqlToken[],
    private readonly sql: string,
  ) {
    this.tokens = tokens.filter(({ kind }) => !['comment', 'delimiter', 'end'].includes(kind));
  }

  take(...words: readonly string[]): boolean {
    const matches = words.every((word, index) => this.tokens[this.position + index]?.word === word);
    if (matches) this.position += words.length;
    return matches;
  }

  /** Names with a dot, a space or " as " in them mean something else to knex. */
  name(): string | undefined {
    const token = this.tokens[this.position];
    if (token === undefined) return undefined;
    const text = this.sql.slice(token.start, token.end);
    const name = /^["`]/.test(text) ? unquoted(text) : /^[a-z_]/i.test(text) ? text.toLowerCase() : undefined;
    if (name === undefined || /[.[\]*]| as |^\s|\s$/i.test(name)) return undefined;
    this.position++;
    return name;
  }

  qualified(): Qualified | undefined {
    const first = this.name();
    if (first === undefined) return undefined;
    if (!this.take('.')) return { schema: undefined, name: first };
    const second = this.name();
    return second === undefined ? undefined : { schema: first, name: second };
  }

  atEnd(): boolean {
    const rest = this.tokens.slice(this.position);
    return rest.every(({ word }) => word === ';');
  }
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
