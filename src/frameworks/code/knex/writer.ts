import { withoutSources } from './sources';
import { Callback, DateValue, Embedded, hasHole, isRecord, outsideHoles } from './values';

/** What is written differently by engine in names and values. */
export interface Marks {
  /** A name between its quotes. */
  name(name: string): string;
  /** A string between its quotes; it may have holes. */
  text(text: string): string;
  /** A date, as text. */
  date(iso: string): string;
  /** A list as one value. */
  list(values: readonly unknown[], writer: Writer): string;
}

/** What follows is not inside of a hole, whose name may be any expression. */
const outside = '(?![^\\ue000\\ue001]*\\ue001)';
const aliasSeparator = new RegExp(` as ${outside}`, 'i');
const dot = new RegExp(`\\.${outside}`);

/**
 * Names as knex writes them (`formatter/wrappingFormatter.js`, and `wrapIdentifierImpl` of its clients), and values as SQL. It sends those of
 * queries beside the text, where the server takes their type from what they are compared with; a literal in quotes does the same. In DDL it
 * writes them into the text itself: `_escapeBinding` of its clients.
 */
export class Writer {
  constructor(private readonly marks: Marks) {}

  quoteName(name: string): string {
    const trimmed = name.trim();
    return trimmed === '*' ? trimmed : this.marks.name(trimmed);
  }

  /** A table or column in any of the forms that knex takes: `schema.table`, `a as b`, a raw expression, a query, `{ alias: table }`. */
  wrap(value: unknown): string {
    if (value instanceof Embedded) {
      value.isPart = true;
      return value.embed(false);
    }
    if (value instanceof Callback) return value.asQuery().embed(true);
    if (typeof value === 'number') return String(value);
    if (isRecord(value)) {
      return Object.entries(value)
        .map(([alias, of]) => `${of instanceof Embedded ? wrapQuery(of) : this.wrap(of)} as ${this.quoteName(alias)}`)
        .join(', ');
    }
    return this.wrapString(String(value));
  }

  /** `wrap` of a list, or of one. */
  columnize(value: unknown): string {
    return Array.isArray(value) ? value.map((item) => this.wrap(item)).join(', ') : this.wrap(value);
  }

  literal(value: unknown): string {
    if (value instanceof Embedded) {
      value.isPart = true;
      return value.embed(true);
    }
    if (value instanceof Callback) return value.asQuery().embed(true);
    if (value === undefined || value === null) return 'NULL';
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return this.marks.text(value);
    if (value instanceof DateValue) return this.marks.text(this.marks.date(value.iso));
    if (Array.isArray(value)) return this.marks.list(value, this);
    return this.marks.text(JSON.stringify(value));
  }

  /** Values with commas between. `absent` stands for one that is undefined. */
  literals(values: readonly unknown[], absent = 'NULL'): string {
    return values
      .map((value) => (value === undefined ? absent : isRecord(value) ? this.marks.text(JSON.stringify(value)) : this.literal(value)))
      .join(', ');
  }

  /** What stands behind IN: `(1, 2)`, `((1, 2), (3, 4))`, `(select ...)`. */
  inList(values: unknown): string {
    if (!Array.isArray(values)) {
      const text = this.literal(values);
      return withoutSources(text).startsWith('(') ? text : `(${text})`;
    }
    if (Array.isArray(values[0]))
      return `(${values.map((row: unknown) => `(${this.literals(Array.isArray(row) ? row : [row])})`).join(', ')})`;
    return `(${this.literals(values)})`;
  }

  /** A string as SQL; what is not known in it stays as it is. */
  quoteText(text: string): string {
    return this.marks.text(text);
  }

  private wrapString(value: string): string {
    const alias = aliasSeparator.exec(value);
    if (alias !== null) return `${this.wrapString(value.slice(0, alias.index))} as ${this.quoteName(value.slice(alias.index + 4))}`;
    return value
      .split(dot)
      .map((part) => this.quoteName(part))
      .join('.');
  }
}

function wrapQuery(query: Embedded): string {
  query.isPart = true;
  const text = query.embed(true);
  return withoutSources(text).startsWith('(') ? text : `(${text})`;
}

/** Between single quotes, with `change` made to what is known. */
export function quotedText(text: string, change: (part: string) => string): string {
  return `'${hasHole(text) ? outsideHoles(text, change) : change(text)}'`;
}
