/** One validation before anybody has executed it: a query of one row and one column, and what it has to give. */
export interface DraftCheck {
  readonly title: string;
  readonly text: string;
  readonly expected: string;
  /** It asks for the rows of these tables (`schema.table`) as they are in the state to reach. */
  readonly rowsOf?: readonly string[];
}

/** A query that counts what must not be there. */
export function none(title: string, text: string): DraftCheck {
  return { title, text: text.endsWith(';') ? text : `${text};`, expected: '0' };
}

/** A query that has to give this value. */
export function gives(title: string, text: string, expected: string | number | boolean): DraftCheck {
  return { title, text: text.endsWith(';') ? text : `${text};`, expected: String(expected) };
}

/** Without repetitions: two modes may ask the same. */
export function uniqueChecks(checks: readonly DraftCheck[]): DraftCheck[] {
  return [...new Map(checks.map((check) => [check.text, check])).values()];
}
