import type { Migration } from '../model/migration';
import type { Span } from '../model/text';
import type { Property } from './liquibase-includes';

/**
 * Formatted SQL changelogs of Liquibase, read as `AbstractFormattedChangeLogParser` reads them: line by line, whatever stands in strings.
 * Attributes are looked for anywhere in the line of the changeset, without regard to case.
 */
export interface Changeset {
  readonly author: string;
  readonly id: string;
  /** The line `--changeset author:id ...`, without its line break. */
  readonly header: Span;
  /** What follows it, up to the next changeset. */
  readonly body: Span;
  /** The texts behind `--rollback`, and in `/* liquibase rollback`. */
  readonly rollback: readonly Span[];
  /** `--rollback empty` or `not required`: there is nothing to undo; or it names the changeset that does it. */
  readonly needsNoRollback: boolean;
  readonly runInTransaction: boolean;
  readonly splitStatements: boolean;
  readonly endDelimiter?: string;
  readonly rollbackSplitStatements: boolean;
  readonly rollbackEndDelimiter?: string;
  /** False where `dbms` names other databases only, or `ignore` is set. `database` is Liquibase's name for one: `postgresql`, `mysql`. */
  readonly runsOn: (database: string) => boolean;
  /** Lines that are no part of the SQL: between `--ignoreLines`. */
  readonly ignored: readonly Span[];
}

export interface Changelog {
  readonly changesets: readonly Changeset[];
  /** `--property name:table value:users dbms:postgresql`. It goes for the changelogs that come later, too. */
  readonly properties: readonly Property[];
  /** What Liquibase refuses to read, in its own terms. */
  readonly problems: readonly string[];
}

/** Behind nothing but white space, and on one line. */
/** What a formatted SQL changelog begins with. */
export const formattedSql = /^\s*--[^\S\r\n]*liquibase[^\S\r\n]*formatted/i;
const header = /^\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+)/i;
const badHeader = /^\s*--?\s*changeset\b/i;
const rollbackLine = /^\s*--\s*rollback (.*)$/i;
const rollbackStart = /^\s*\/\*\s*liquibase\s*rollback\s*$/i;
const rollbackEnd = /\*\/\s*$/;
const propertyLine = /^\s*--\s*property\s+(.*:.*\s+.*:.*)$/i;
const ignoreLines = /^\s*--\s*ignoreLines:(\w+)/i;

/** True for a file that says in its first line that it is a formatted SQL changelog. */
export function isFormattedSql(text: string): boolean {
  return formattedSql.test(text);
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const part of text.split(/(\r\n|\r|\n)/)) {
    if (!/^[\r\n]/.test(part)) lines.push({ text: part, start });
    start += part.length;
  }
  return lines;
}

type Draft = { -readonly [K in keyof Changeset]: Changeset[K] } & { rollback: Span[]; ignored: Span[] };

/** Reads a changelog. Never throws; what Liquibase would refuse is a problem, and the rest is read. */
export function readChangelog(text: string): Changelog {
  const reader = new ChangelogReader(text);
  for (const line of linesOf(text)) reader.take(line);
  return { changesets: reader.found.map((draft) => finished(draft, text)), properties: reader.properties, problems: reader.problems };
}

/** Takes line after line. */
class ChangelogReader {
  readonly found: Draft[] = [];
  readonly problems: string[] = [];
  readonly properties: Property[] = [];
  private current: Draft | undefined;
  private inRollback = false;
  private ignoredFor = 0;

  constructor(private readonly text: string) {}

  take(line: Line): void {
    if (this.ignoredFor > 0) this.ignore(line);
    else if (this.inRollback) this.goOnWithRollback(line);
    else if (!this.beginsIgnoring(line)) this.read(line);
  }

  private ignore(line: Line): void {
    this.current?.ignored.push({ start: line.start, end: endOf(line) });
    this.ignoredFor = /^\s*--\s*ignoreLines:end/i.test(line.text) ? 0 : this.ignoredFor - 1;
  }

  private goOnWithRollback(line: Line): void {
    this.inRollback = !rollbackEnd.test(line.text);
    const end = this.inRollback ? endOf(line) : line.start + line.text.search(rollbackEnd);
    this.current?.rollback.push({ start: line.start, end });
  }

  private beginsIgnoring(line: Line): boolean {
    const ignoring = ignoreLines.exec(line.text)?.[1]?.toLowerCase();
    if (ignoring === undefined) return false;
    this.ignoredFor = ignoring === 'start' ? Number.POSITIVE_INFINITY : Number(ignoring) || 0;
    return true;
  }

  private read(line: Line): void {
    const begins = header.exec(line.text);
    const property = propertyOf(line.text);
    if (property !== undefined) this.properties.push(property);
    else if (begins !== null) {
      if (this.current !== undefined) this.current.body = { start: this.current.body.start, end: line.start };
      this.current = draftOf(line, begins, this.text.length);
      this.found.push(this.current);
    } else if (badHeader.test(line.text)) {
      this.problems.push(`"${line.text.trim()}" is no changeset: Liquibase refuses it; write --changeset author:id`);
    } else if (this.current !== undefined) {
      this.inRollback = rollbackStart.test(line.text);
      const rollback = rollbackLine.exec(line.text)?.[1];
      if (rollback !== undefined) this.current.rollback.push({ start: endOf(line) - rollback.length, end: endOf(line) });
    }
  }
}

function propertyOf(line: string): Property | undefined {
  const words = propertyLine.exec(line)?.[1];
  if (words === undefined) return undefined;
  const word = (key: string) => new RegExp(`\\b${key}:\\s*(\\S+)`, 'i').exec(words)?.[1];
  const [name, value, dbms] = [word('name'), word('value'), word('dbms')];
  return name === undefined || value === undefined ? undefined : { name, value, ...(dbms !== undefined && { dbms }) };
}

function endOf(line: Line): number {
  return line.start + line.text.length;
}

function draftOf(line: Line, begins: RegExpExecArray, length: number): Draft {
  const end = endOf(line);
  const flag = (name: string, otherwise: boolean) => {
    const value = new RegExp(`\\b${name}:(\\w+)`, 'i').exec(line.text)?.[1]?.toLowerCase();
    return value === undefined ? otherwise : value === 'true';
  };
  const word = (name: string) => new RegExp(`\\b${name}:(\\S+)`, 'i').exec(line.text)?.[1];
  const [endDelimiter, rollbackEndDelimiter] = [word('endDelimiter'), word('rollbackEndDelimiter')];
  return {
    author: unquoted(begins[1] ?? ''),
    id: unquoted(begins[2] ?? ''),
    header: { start: line.start, end },
    body: { start: end, end: length },
    rollback: [],
    needsNoRollback: false,
    runInTransaction: flag('runInTransaction', true),
    splitStatements: flag('splitStatements', true),
    rollbackSplitStatements: flag('rollbackSplitStatements', true),
    runsOn: (database) => !flag('ignore', false) && includes(word('dbms'), database),
    ignored: [],
    ...(endDelimiter !== undefined && { endDelimiter }),
    ...(rollbackEndDelimiter !== undefined && { rollbackEndDelimiter }),
  };
}

function finished(draft: Draft, text: string): Changeset {
  const [first] = draft.rollback;
  const words = first === undefined ? '' : text.slice(first.start, first.end).trim().toLowerCase();
  // `changesetId:1 changesetAuthor:bob` is no SQL: the changes of another changeset take this one back.
  const needsNoRollback = words === 'empty' || words.startsWith('not required') || /^changeset(?:id|author|path):/.test(words);
  return { ...draft, needsNoRollback, rollback: needsNoRollback ? [] : draft.rollback };
}

/** `dbms:postgresql,h2`, `dbms:!oracle`, `dbms:all`. */
export function includes(dbms: string | undefined, database: string): boolean {
  const names = (dbms ?? '')
    .toLowerCase()
    .split(',')
    .filter((name) => name !== '');
  if (names.includes(`!${database}`) || names.includes('none')) return false;
  const wanted = names.filter((name) => !name.startsWith('!'));
  return wanted.length === 0 || wanted.includes(database) || wanted.includes('all');
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}

/**
 * The text with nothing left but some stretches of it, at their places, and a delimiter of the changeset's own as a semicolon: so it can be
 * read as SQL, and every place is one in the file.
 */
export function onlyThese(text: string, spans: readonly Span[], delimiter: string | undefined): string {
  let result = '';
  let position = 0;
  for (const { start, end } of spans) {
    result += blank(text.slice(position, start)) + withSemicolons(text.slice(start, end), delimiter);
    position = end;
  }
  return result + blank(text.slice(position));
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

/** Delimiters are regular expressions to Liquibase; `/` and `GO` count on a line of their own only. The length stays. */
export function withSemicolons(text: string, delimiter: string | undefined): string {
  if (delimiter === undefined || delimiter === ';') return text;
  const alone = delimiter === '/' || delimiter.toLowerCase() === 'go';
  const escaped = delimiter.replaceAll('\\', '').replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const pattern = alone ? new RegExp(`^[ \\t]*${escaped}[ \\t]*$`, 'gim') : new RegExp(escaped, 'g');
  return text.replace(pattern, (found) => `;${' '.repeat(found.length - 1)}`);
}

const directive =
  /^[ \t]*--[ \t]*(?:rollback|comment|labels?|contexts?|preconditions?|validchecksum|ignorelines|property|changeset)\b.*$/gim;

/** The lines of a stretch that are said to Liquibase. */
export function directives(text: string, { start, end }: Span): Span[] {
  return [...text.slice(start, end).matchAll(directive)].map((line) => ({
    start: start + line.index,
    end: start + line.index + line[0].length,
  }));
}

/** What is left of a span without the ones in it. */
export function without(span: Span, holes: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let { start } = span;
  for (const hole of holes.toSorted((left, right) => left.start - right.start)) {
    if (hole.start > start) rest.push({ start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  if (start < span.end) rest.push({ start, end: span.end });
  return rest;
}

/** A changeset is known by its file, its id and its author. */
export function partsOfChangeset({ id }: Pick<Migration, 'id'>): ChangesetParts {
  const [path = '', own = '', author = ''] = id.split('::');
  return { path, fileName: path.split('/').at(-1) ?? path, id: own, author };
}

export interface ChangesetParts {
  readonly path: string;
  readonly fileName: string;
  readonly id: string;
  readonly author: string;
}
