import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import type { ChangelogElement } from './element';

/** A change of a changelog, with its parameters put in. */
export class Change {
  constructor(
    readonly element: ChangelogElement,
    private readonly substitute: (text: string) => string,
  ) {}

  get name(): string {
    return this.element.name;
  }

  /** Undefined where it is missing or empty, which is the same to Liquibase. */
  text(attribute: string): string | undefined {
    const value = this.element.attributes.get(attribute);
    return value === undefined || value === '' ? undefined : this.substitute(value);
  }

  flag(attribute: string): boolean | undefined {
    const value = this.text(attribute)?.toLowerCase();
    return value === undefined ? undefined : value === 'true';
  }

  /** What stands in it: the text of a view, a condition. */
  get content(): string {
    return this.substitute(this.element.texts.map(({ text }) => text).join('')).trim();
  }

  children(name: string): readonly Change[] {
    return this.element.children.filter((child) => child.name === name).map((child) => new Change(child, this.substitute));
  }

  child(name: string): Change | undefined {
    return this.children(name)[0];
  }

  /** `schemaName` and `tableName`, or their like. */
  relation(nameAttribute: string, schemaAttribute = 'schemaName'): string {
    const schema = this.text(schemaAttribute);
    const name = quoted(this.text(nameAttribute) ?? '');
    return schema === undefined ? name : `${quoted(schema)}.${name}`;
  }

  /** `a, b`, or the columns that stand in it. */
  columns(attribute: string): string {
    return (this.text(attribute) ?? '')
      .split(',')
      .map((name) => quoted(name.trim()))
      .join(', ');
  }
}

/**
 * A name as Liquibase writes it where nothing says otherwise (`objectQuotingStrategy` LEGACY, `PostgresDatabase.escapeObjectName`): quoted
 * where it has letters of both cases or is a reserved word. One of capitals alone goes as it is, and becomes lower case.
 */
export function quoted(name: string): string {
  return quoteIdentifier(name) === name || (/^[A-Z_][A-Z0-9_$]*$/.test(name) && !/"/.test(quoteIdentifier(name.toLowerCase())))
    ? name
    : quoteIdentifier(name);
}

/** What is written for `value`, `valueNumeric` and their like; `prefix` is `value` or `defaultValue`. Undefined where there is none. */
export function writtenValue(change: Change, prefix: 'value' | 'defaultValue'): string | undefined {
  const text = change.text(prefix);
  if (text !== undefined) return text.toLowerCase() === 'null' ? 'NULL' : quoteLiteral(text);
  const boolean = change.flag(`${prefix}Boolean`);
  if (boolean !== undefined) return boolean ? 'TRUE' : 'FALSE';
  const date = change.text(`${prefix}Date`);
  if (date !== undefined) return /^\d{4}-/.test(date) ? quoteLiteral(date.replace('T', ' ')) : asFunction(date);
  const sequence = change.text(`${prefix}SequenceNext`);
  if (sequence !== undefined) return `nextval(${quoteLiteral(sequence)})`;
  const computed = change.text(`${prefix}Computed`);
  return change.text(`${prefix}Numeric`) ?? (computed === undefined ? undefined : asFunction(computed));
}

/** Its own name for the current moment, on every database. */
function asFunction(text: string): string {
  return /^(current_timestamp|current_datetime|now|now\(\))$/i.test(text.trim()) ? 'NOW()' : text;
}
