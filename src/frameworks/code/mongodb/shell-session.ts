import type { CallExpression, Node } from '@babel/types';
import { parseCode } from '../../../code/parse';
import { walk } from '../../../code/walk';

/** The shell knows no option `session`: what is sent in a transaction is called on a database of the session (mongosh, Session.getDatabase). */
const databaseOfSession = 'session.getDatabase(db.getName())';

/** Statements of a plan as a script of mongosh can have them: with a session that is started before its first transaction, and ended. */
export function shellStatements(statements: readonly string[]): readonly string[] {
  if (!statements.some(isStart)) return statements;
  let isOpen = false;
  const lines = statements.map((statement) => {
    if (isStart(statement)) isOpen = true;
    else if (statement.startsWith('session.commitTransaction(')) isOpen = false;
    else if (isOpen) return onSession(statement);
    return statement;
  });
  return ['const session = db.getMongo().startSession();', ...lines, 'session.endSession();'];
}

function isStart(statement: string): boolean {
  return statement.startsWith('session.startTransaction(');
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** `db.users.deleteOne({ _id: 1 }, { session });` as a call on the session's database. */
function onSession(statement: string): string {
  const edits: Edit[] = [];
  walk(parseCode(statement, 'statement.js').program, (node) => {
    if (node.type === 'CallExpression') edits.push(...sessionOption(node));
    if (node.type === 'MemberExpression' && node.object.type === 'Identifier' && node.object.name === 'db')
      edits.push({ ...spanOf(node.object), newText: databaseOfSession });
    return undefined;
  });
  return edits
    .toSorted((left, right) => right.start - left.start)
    .reduce((text, { start, end, newText }) => text.slice(0, start) + newText + text.slice(end), statement);
}

/** Takes `session` out of the options of a call, and the options with it when nothing else is in them. */
function sessionOption({ arguments: given }: CallExpression): readonly Edit[] {
  const options = given.at(-1);
  if (options?.type !== 'ObjectExpression') return [];
  const at = options.properties.findIndex(
    (each) => each.type === 'ObjectProperty' && each.key.type === 'Identifier' && each.key.name === 'session',
  );
  const own = options.properties[at];
  if (own === undefined) return [];
  const next = options.properties[at + 1];
  if (next !== undefined) return [{ start: spanOf(own).start, end: spanOf(next).start, newText: '' }];
  const previous = options.properties[at - 1] ?? given.at(-2);
  const whole = options.properties.length === 1 ? options : own;
  return [{ start: previous === undefined ? spanOf(whole).start : spanOf(previous).end, end: spanOf(whole).end, newText: '' }];
}

function spanOf(node: Node): { readonly start: number; readonly end: number } {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}
