import type { Table } from '../../model/catalog';
import { type Engine, isAtLeast } from '../../model/engine';
import type { ObjectName, Operation } from '../../model/operation';
import type { Step } from '../context';

/** A command line that makes a change of a table beside normal work. Whoever runs it puts host and database in, and is asked for the password. */
export interface ToolCommand {
  readonly tool: 'gh-ost' | 'pt-online-schema-change';
  /** Tries it without changing anything. */
  readonly rehearsal: string;
  readonly command: string;
}

/** What is known about a table that decides between the tools. */
export interface ToolSubject {
  readonly name: ObjectName;
  readonly table: Table | undefined;
  /** Foreign keys of other tables refer to it. */
  readonly referenced: boolean;
  readonly engine: Engine;
}

const databasePlaceholder = 'DATABASE';

/**
 * The clauses of a statement as --alter takes them: without ALTER TABLE, its table, ALGORITHM= and LOCK=. Undefined where the text holds
 * comments or more than a change of a table's definition.
 */
export function alterClauses(step: Step, text: string): string | undefined {
  const { operations, span } = step.statement;
  const clauses = operations.map((operation) =>
    clauseOf(operation, text, operations.length === 1 ? text.slice(span.start, span.end) : undefined),
  );
  if (clauses.some((clause) => clause === undefined) || clauses.length === 0) return undefined;
  const joined = [...new Set(clauses)].join(', ');
  return /--\s|\/\*|#/.test(joined) ? undefined : joined.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
}

function clauseOf(operation: Operation, text: string, whole: string | undefined): string | undefined {
  const own = operation.span === undefined ? undefined : text.slice(operation.span.start, operation.span.end);
  const sql = own ?? whole;
  if (sql === undefined) return undefined;
  const created =
    /^CREATE\s+(?:OR\s+REPLACE\s+)?((?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?)INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?(`(?:[^`]|``)+`|\S+)\s+(USING\s+\w+\s+)?ON\s+(?:`(?:[^`]|``)+`|[^\s(`]+)\s*(\([\s\S]*)$/i.exec(
      sql,
    );
  if (created !== null) {
    const [, kind = '', name = '', using = '', rest = ''] = created;
    return `ADD ${kind.trim().toUpperCase()}${kind === '' ? '' : ' '}INDEX ${name} ${using}${withoutWords(rest)}`;
  }
  if (/^(CREATE|DROP|RENAME|OPTIMIZE)\b/i.test(sql) && own === undefined) return undefined;
  const altered =
    /^ALTER\s+(?:ONLINE\s+)?(?:IGNORE\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:`(?:[^`]|``)+`|[^\s`]+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|[^\s`]+))?\s+([\s\S]*)$/i.exec(
      sql,
    );
  return withoutWords(altered?.[1] ?? sql);
}

function withoutWords(sql: string): string {
  return sql.replaceAll(/\s*,?\s*\b(ALGORITHM|LOCK)\s*=?\s*(DEFAULT|INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED|EXCLUSIVE)\b/gi, '').trim();
}

/** The tools that can make this change, the better one first. */
export function toolCommands(subject: ToolSubject, clauses: string): readonly ToolCommand[] {
  const { table, referenced, engine } = subject;
  const hasKeys =
    referenced || table?.constraints.some(({ kind }) => kind === 'foreign key') === true || /\bFOREIGN\s+KEY\b/i.test(clauses);
  const hasTriggers = (table?.triggers.length ?? 0) > 0;
  // gh-ost refuses tables with foreign keys or triggers (its document "requirements and limitations"), and is made for MySQL.
  const ghost = engine.name === 'mysql' && !hasKeys && !hasTriggers;
  return [...(ghost ? [ghostCommand(subject, clauses)] : []), perconaCommand(subject, clauses, hasTriggers)];
}

function ghostCommand({ name }: ToolSubject, clauses: string): ToolCommand {
  const renames = /\bRENAME\s+COLUMN\b|\bCHANGE\b/i.test(clauses);
  const rehearsal = [
    'gh-ost',
    '--host=HOST',
    '--port=3306',
    '--user=USER',
    '--ask-pass',
    `--database=${shellWord(name.schema ?? databasePlaceholder)}`,
    `--table=${shellWord(name.name)}`,
    `--alter=${shellQuoted(clauses)}`,
    ...(renames ? ['--approve-renamed-columns'] : []),
  ].join(' ');
  // Without --execute it only looks whether it could.
  return { tool: 'gh-ost', rehearsal, command: `${rehearsal} --execute` };
}

function perconaCommand({ name, referenced, engine }: ToolSubject, clauses: string, hasTriggers: boolean): ToolCommand {
  const options = [
    `--alter ${shellQuoted(perconaClauses(clauses))}`,
    '--user=USER',
    '--ask-pass',
    ...(referenced ? ['--alter-foreign-keys-method=auto'] : []),
    ...(hasTriggers ? ['--preserve-triggers'] : []),
    ...(/\bUNIQUE\b/i.test(clauses) ? ['--no-check-unique-key-change'] : []),
    ...(/\b(DROP\s+PRIMARY\s+KEY|RENAME\s+COLUMN|CHANGE)\b/i.test(clauses) ? ['--no-check-alter'] : []),
    // Its chunks are found by EXPLAIN, whose form is another one in MySQL 9.
    ...(engine.name === 'mysql' && isAtLeast(engine, 9) ? ['--set-vars explain_format=TRADITIONAL'] : []),
  ].join(' ');
  const place = `h=HOST,P=3306,D=${dsnPart(name.schema ?? databasePlaceholder)},t=${dsnPart(name.name)}`;
  const of = (mode: string) => `pt-online-schema-change ${options} ${mode} ${shellWord(place)}`;
  return { tool: 'pt-online-schema-change', rehearsal: of('--dry-run'), command: of('--execute') };
}

/** It names the foreign keys of its copy with a leading underscore, and wants them dropped by that name (its manual, --alter). */
function perconaClauses(clauses: string): string {
  return clauses.replaceAll(/\bDROP\s+FOREIGN\s+KEY\s+(`?)/gi, 'DROP FOREIGN KEY $1_');
}

/** In a DSN a comma ends a part. */
function dsnPart(name: string): string {
  return name.replaceAll(',', '\\,');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuoted(text);
}

/** Single quotes keep everything, backticks and dollars too. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
