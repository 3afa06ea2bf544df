/** The migration that is run: where in it something was thrown is told. */
let migration: string | undefined;

export function setMigration(path: string): void {
  migration = path;
}

/** One line about whatever was thrown: what it says, with its code, and the place in the migration. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error) && !isErrorLike(error)) return `it threw ${shown(error)}, which is no Error`;
  const { name, message, stack = '' } = error;
  const said = message.trim() === '' ? name : message;
  const place = placeIn(stack);
  const kind = name === 'SyntaxError' || name === 'ReferenceError' || name === 'TypeError' ? `${name}: ` : '';
  return `${kind}${oneLine(said)}${place === undefined || said.includes(place) ? '' : ` (${place})`}`;
}

/** An Error of another realm, or of a library that makes its own. */
function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && typeof (value as Error).message === 'string';
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  try {
    return oneLine(typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value))).slice(0, 200);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\r?\n\s*/g, ' ').trim();
}

/** `1-a.js:12`: the innermost frame of the migration, or the place that stands over a syntax error. */
function placeIn(stack: string): string | undefined {
  if (migration === undefined) return undefined;
  const at = stack.split('\n').find((line) => line.includes(migration ?? ''));
  const position = at?.slice(at.indexOf(migration) + migration.length);
  const line = /^:(\d+)/.exec(position ?? '')?.[1];
  return line === undefined ? undefined : `${migration}:${line}`;
}
