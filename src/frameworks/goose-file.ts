import type { Span } from '../model/text';

export interface GooseSection {
  /** From the line after the annotation to the next one, or the end of the file. */
  readonly span: Span;
  /** What goose sends in one request each. */
  readonly requests: readonly Span[];
}

export interface GooseFile {
  readonly up?: GooseSection;
  readonly down?: GooseSection;
  readonly transaction: boolean;
  /** Where it puts in variables of the environment: from ENVSUB ON to ENVSUB OFF, or the end of the file. */
  readonly substituted: readonly Span[];
  /** goose's message, when it refuses the file. */
  readonly refused?: string;
}

interface OpenSection {
  readonly start: number;
  end: number;
  readonly requests: Span[];
}

/**
 * Reads annotations line by line, as goose does (`internal/sqlparser/parser.go`): a statement ends at a line whose last word before a
 * comment ends in a semicolon, or spans StatementBegin to StatementEnd. Where the file is wrong, what can be read is read.
 */
export function readGooseFile(text: string): GooseFile {
  return new GooseReader(text).read();
}

const annotation = /^--\s*\+goose (.+?)\s*$/;

class GooseReader {
  private up: OpenSection | undefined;
  private down: OpenSection | undefined;
  private current: OpenSection | undefined;
  private transaction = true;
  private readonly substituted: Span[] = [];
  private substitutedFrom: number | undefined;
  private refused: string | undefined;
  /** Where the statement began that has not ended yet. */
  private statementStart: number | undefined;
  private inBlock = false;

  constructor(private readonly text: string) {}

  read(): GooseFile {
    for (let start = 0; start < this.text.length; ) {
      const feed = this.text.indexOf('\n', start);
      const end = feed === -1 ? this.text.length : feed;
      const line = this.text.slice(start, end).replace(/\r$/, '');
      const command = annotation.exec(start === 0 ? line.replace(/^\ufeff/, '') : line)?.[1];
      const isKnown = command !== undefined && this.follow(command, start, Math.min(end + 1, this.text.length));
      if (!isKnown) this.readLine(line, start, end);
      start = end + 1;
    }
    this.finish();
    return {
      ...(this.up === undefined ? {} : { up: closed(this.up) }),
      ...(this.down === undefined ? {} : { down: closed(this.down) }),
      transaction: this.transaction,
      substituted: this.substituted,
      ...(this.refused === undefined ? {} : { refused: this.refused }),
    };
  }

  /**
   * `next` is the start of the line after the annotation. False for annotations that mean nothing here. Case has not counted since goose
   * 3.20, whose documentation writes them in lower case.
   */
  private follow(command: string, start: number, next: number): boolean {
    switch (command.toUpperCase()) {
      case 'UP':
        if (this.up !== undefined) this.refuse("duplicate '-- +goose Up' annotations");
        else {
          this.up = { start: next, end: this.text.length, requests: [] };
          this.current = this.up;
        }
        return true;
      case 'DOWN':
        this.endSection(start);
        if (this.up === undefined || this.down !== undefined) this.refuse("must start with '-- +goose Up' annotation");
        else {
          this.down = { start: next, end: this.text.length, requests: [] };
          this.current = this.down;
        }
        return true;
      case 'STATEMENTBEGIN':
        this.endStatement(start, 'unfinished');
        this.inBlock = true;
        this.statementStart = next;
        return true;
      case 'STATEMENTEND':
        if (!this.inBlock) this.refuse("'-- +goose StatementEnd' must be defined after '-- +goose StatementBegin'");
        else this.endStatement(start, 'finished');
        this.inBlock = false;
        return true;
      case 'NO TRANSACTION':
        this.transaction = false;
        return true;
      case 'ENVSUB ON':
        this.substitutedFrom ??= next;
        return true;
      case 'ENVSUB OFF':
        this.endSubstitution(start);
        return true;
      default:
        return false;
    }
  }

  private readLine(line: string, start: number, end: number): void {
    if (this.inBlock) return;
    const trimmed = line.trim().replace(/^\ufeff/, '');
    if (this.statementStart === undefined) {
      if (trimmed === '' || trimmed.startsWith('--')) return;
      this.statementStart = start;
      if (this.current === undefined) {
        this.refuse(`failed to parse migration: unexpected state 0 on line "${trimmed.slice(0, 80)}"`);
        this.statementStart = undefined;
        return;
      }
    }
    if (endsWithSemicolon(line)) this.endStatement(end, 'finished');
  }

  private endStatement(end: number, how: 'finished' | 'unfinished'): void {
    const start = this.statementStart;
    this.statementStart = undefined;
    if (start === undefined || this.current === undefined) return;
    const rest = this.text.slice(start, end).trim();
    if (rest === '') return;
    this.current.requests.push({ start, end });
    if (how === 'unfinished') {
      this.refuse(`failed to parse migration: unexpected unfinished SQL query: "${rest.slice(0, 80)}": missing semicolon?`);
    }
  }

  private endSection(at: number): void {
    this.endStatement(at, 'unfinished');
    if (this.current !== undefined) this.current.end = at;
  }

  private finish(): void {
    if (this.inBlock) this.refuse("failed to parse migration: missing '-- +goose StatementEnd' annotation");
    this.endStatement(this.text.length, this.inBlock ? 'finished' : 'unfinished');
    this.endSubstitution(this.text.length);
  }

  private endSubstitution(end: number): void {
    if (this.substitutedFrom !== undefined) this.substituted.push({ start: this.substitutedFrom, end });
    this.substitutedFrom = undefined;
  }

  /** The first complaint is the one that goose stops at. */
  private refuse(message: string): void {
    this.refused ??= `${message}, see https://github.com/pressly/goose#sql-migrations`;
  }
}

/** `${NAME:-value}` and `${NAME-value}`. */
const withDefault = /\$\{((\w+):?-([^{}\n]*))\}/g;

/**
 * What stands for placeholders with a default (`internal/sqlparser/parser.go`, which expands line by line), by what is between their braces: the
 * value of their variable where one is known, else the default.
 */
export function defaultsOf(
  text: string,
  { substituted }: GooseFile,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found = substituted.flatMap(({ start, end }) => [...text.slice(start, end).matchAll(withDefault)]);
  return Object.fromEntries(found.map(([, expression = '', name = '', value = '']) => [expression, values[name] ?? value]));
}

function closed({ start, end, requests }: OpenSection): GooseSection {
  return { span: { start, end }, requests };
}

/** The last word before a word that begins with two dashes. */
export function endsWithSemicolon(line: string): boolean {
  const words = line.trim().split(/\s+/);
  const comment = words.findIndex((word) => word.startsWith('--'));
  const last = (comment === -1 ? words : words.slice(0, comment)).at(-1);
  return last?.endsWith(';') ?? false;
}
