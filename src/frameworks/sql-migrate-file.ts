import type { Span } from '../model/text';
import { endsWithSemicolon } from './goose-file';

export interface SqlMigrateSection {
  /** From the line after the command to the next one, or the end of the file. */
  readonly span: Span;
  /** What is sent in one request each. */
  readonly requests: readonly Span[];
  readonly transaction: boolean;
}

export interface SqlMigrateFile {
  readonly up?: SqlMigrateSection;
  readonly down?: SqlMigrateSection;
  /** sql-migrate's message, when it refuses the file. */
  readonly refused?: string;
}

/**
 * Reads commands line by line, as `sqlparse/sqlparse.go` does: a statement ends at a line whose last word before a comment ends in a
 * semicolon, or spans StatementBegin to StatementEnd. Case counts. Where the file is wrong, what can be read is read.
 */
export function readSqlMigrateFile(text: string): SqlMigrateFile {
  return new SqlMigrateReader(text).read();
}

const command = /^\ufeff?-- \+migrate\s+(\S+)\s*(.*?)\s*$/;
const noTerminator = "ERROR: The last statement must be ended by a semicolon or '-- +migrate StatementEnd' marker.";

interface OpenSection {
  readonly start: number;
  readonly transaction: boolean;
  readonly requests: Span[];
  end: number;
}

class SqlMigrateReader {
  private readonly sections = new Map<string, OpenSection>();
  private current: OpenSection | undefined;
  /** Where the statement began that has not ended yet. */
  private statementStart: number | undefined;
  private inBlock = false;
  private refused: string | undefined;

  constructor(private readonly text: string) {}

  read(): SqlMigrateFile {
    for (let start = 0; start < this.text.length; ) {
      const feed = this.text.indexOf('\n', start);
      const end = feed === -1 ? this.text.length : feed;
      const line = this.text.slice(start, end).replace(/\r$/, '');
      const [, word, options = ''] = command.exec(line) ?? [];
      if (word === undefined) this.readLine(line, start, end);
      else this.follow(word, options, start, Math.min(end + 1, this.text.length));
      start = end + 1;
    }
    return this.finish();
  }

  /** `next` is the start of the line after the command. */
  private follow(word: string, options: string, start: number, next: number): void {
    switch (word) {
      case 'Up':
      case 'Down':
        if (this.statementStart !== undefined) this.refused ??= noTerminator;
        this.endStatement(start);
        if (this.current !== undefined) this.current.end = start;
        this.current = { start: next, end: this.text.length, requests: [], transaction: !options.split(/\s+/).includes('notransaction') };
        this.sections.set(word, this.current);
        break;
      case 'StatementBegin':
        this.inBlock = this.current !== undefined;
        this.statementStart ??= next;
        break;
      case 'StatementEnd':
        if (this.inBlock) this.endStatement(start);
        this.inBlock = false;
        break;
      default:
        break;
    }
  }

  private readLine(line: string, start: number, end: number): void {
    const isEmpty = line.startsWith('-- ') || (this.statementStart === undefined && line.trim() === '');
    if (this.current === undefined || isEmpty) return;
    this.statementStart ??= start;
    if (!this.inBlock && endsWithSemicolon(line)) this.endStatement(end);
  }

  private endStatement(end: number): void {
    const start = this.statementStart;
    this.statementStart = undefined;
    if (this.current === undefined || start === undefined || this.text.slice(start, end).trim() === '') return;
    this.current.requests.push({ start, end });
  }

  private finish(): SqlMigrateFile {
    if (this.inBlock) this.refused ??= "ERROR: saw '-- +migrate StatementBegin' with no matching '-- +migrate StatementEnd'";
    else if (this.statementStart !== undefined) this.refused ??= noTerminator;
    this.endStatement(this.text.length);
    const [up, down] = [this.sections.get('Up'), this.sections.get('Down')];
    if (up === undefined && down === undefined) this.refused ??= 'ERROR: no Up/Down annotations found, so no statements were executed.';
    return {
      ...(up && { up: closed(up) }),
      ...(down && { down: closed(down) }),
      ...(this.refused !== undefined && { refused: this.refused }),
    };
  }
}

function closed({ start, end, requests, transaction }: OpenSection): SqlMigrateSection {
  return { span: { start, end }, requests, transaction };
}
