import type { Program, Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { DownPart } from './down-part';

/**
 * What stands in the SQL of a migration in code for a value that only running the code would tell (`Rendering`). In a file of SQL the tool
 * puts the value there, in its rollback too; in code it would be sent as it stands.
 */
const name = /\$\{[^{}]*\}/g;
const holdsName = (text: string) => text.search(name) >= 0;

/** The statements of a migration, in which a string with the name of a value is no constant. */
export function withoutNames(statements: readonly Statement[], { rendering }: Program): readonly Statement[] {
  if (rendering === undefined) return statements;
  return statements.map((statement) => {
    const isMeant = (operation: Operation) => operation.kind === 'insert' && holdsName(statement.sent);
    return statement.operations.some(isMeant) ? { ...statement, operations: statement.operations.map(constantsOnly) } : statement;
  });
}

function constantsOnly(operation: Operation): Operation {
  if (operation.kind !== 'insert') return operation;
  const { rows, ...others } = operation;
  const values = rows ?? others.mixedRows;
  const constant = (value: string | undefined) => (value === undefined || holdsName(value) ? undefined : value);
  return values === undefined ? operation : { ...others, mixedRows: values.map((row) => row.map(constant)) };
}

/** The parts of a rollback, with words in the place of statements that hold the names of such values. */
export function withoutUnknownValues(parts: readonly DownPart[], { rendering }: Program): readonly DownPart[] {
  if (rendering === undefined) return parts;
  return parts.map((part) => {
    if (!part.text.some(holdsName)) return part;
    const told = part.text.map((text) => (holdsName(text) ? notSent(text) : `Then: ${inOneLine(text)}`));
    return { ...part, comments: [...part.comments, ...told], text: [], leavesSchema: true };
  });
}

function notSent(text: string): string {
  const names = [...new Set(text.match(name) ?? [])].join(', ');
  return `Not undone, for the value of ${names} is known only when the migration runs: ${inOneLine(text)} Write it by hand.`;
}

const inOneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ');
