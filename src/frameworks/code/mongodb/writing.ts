import { nodesOf } from '../../../code/mongodb/nodes';
import { parseCode } from '../../../code/parse';
import type { CodePlace } from '../../../model/run-protocol';
import { isAsyncAt } from '../receivers';
import { type DriverNames, driverCode } from './shell-to-driver';

/**
 * Statements of mongosh with their comments (`// ...`) as lines of driver code. What the driver has no words for becomes a comment, so that
 * who reads it sees what is left to do.
 */
export function driverLines(statements: readonly string[], names: DriverNames): readonly string[] {
  const types = new Set<string>();
  const lines: string[] = [];
  let transaction: string[] | undefined;
  const write = (part: Part): string => {
    if (part.kind === 'comment') return part.text;
    const code = driverCode(part.text, names);
    if (code === undefined) return `// By hand, in mongosh: ${part.text.replace(/\s*\n\s*/g, ' ')};`;
    for (const type of code.types) types.add(type);
    return `await ${code.text};`;
  };
  for (const part of statements.flatMap((statement) => parts(statement))) {
    if (part.text === 'session.startTransaction()') transaction = [];
    else if (part.text === 'session.commitTransaction()' && transaction !== undefined) {
      lines.push(...transactionCode(transaction, names.client ?? `${names.db}.client`));
      transaction = undefined;
    } else (transaction ?? lines).push(write(part));
  }
  // A dynamic import is the one form that CommonJS and ES modules share.
  return types.size === 0 ? lines : [`const { ${[...types].join(', ')} } = await import('mongodb');`, ...lines];
}

/** Runs lines that use `session` in a transaction of a session of its own, as the manual does: aborted and ended where one fails. */
function transactionCode(lines: readonly string[], client: string): readonly string[] {
  const body = lines.flatMap((line) => line.split('\n')).map((line) => `    ${line}`);
  return [`await ${client}.withSession((session) =>`, '  session.withTransaction(async () => {', ...body, '  }),', ');'];
}

interface Part {
  readonly kind: 'comment' | 'statement';
  readonly text: string;
}

/** Comments and statements of a text, in order, each statement without its semicolon. */
function parts(text: string): readonly Part[] {
  const { program, comments } = parseCode(text, 'statement.js');
  const statements = program.body.map((node) => ({
    start: node.start ?? 0,
    part: { kind: 'statement', text: text.slice(node.start ?? 0, node.end ?? 0).replace(/;\s*$/, '') } as const,
  }));
  const isInside = (offset: number): boolean => program.body.some((node) => (node.start ?? 0) <= offset && offset < (node.end ?? 0));
  const own = comments
    .filter(({ span }) => !isInside(span.start))
    .map(({ span }) => ({ start: span.start, part: { kind: 'comment', text: text.slice(span.start, span.end) } as const }));
  return [...statements, ...own].toSorted((left, right) => left.start - right.start).map(({ part }) => part);
}

/** `rawCall` of tools that give the driver's database, or something that has it. */
export function rawDriverCall(statement: string, { program: { path }, text, call }: CodePlace): string | undefined {
  if (/^\s*session\./.test(statement) || !isAsyncAt(text, path, call.start)) return undefined;
  const names = namesAt(text, path, text.slice(call.start, call.end), call.start);
  if (names === undefined) return undefined;
  const code = driverCode(statement, names);
  return code === undefined || code.types.some((type) => !isImported(text, type)) ? undefined : `await ${code.text};`;
}

function isImported(text: string, type: string): boolean {
  return new RegExp(`\\b(?:import|require|const|let|var)\\b[^;]*\\b${type}\\b`).test(text);
}

/** What the call itself is made on: `db` of `db.collection("users").updateMany(...)`. */
function namesAt(text: string, path: string, call: string, start: number): DriverNames | undefined {
  const session = /[{,]\s*(session(?:\s*:\s*[A-Za-z_$][\w$.]*)?)\s*[,}]/.exec(call)?.[1];
  const given = session === undefined ? {} : { session };
  const own =
    /^(?:await\s+)?([A-Za-z_$][\w$]*(?:\s*\??\.\s*(?:[A-Za-z_$][\w$]*))*?)\s*!?\s*\.\s*(?:collection|createCollection|dropCollection|renameCollection|command|admin|createIndex|aggregate|dropDatabase|listCollections|collections)\s*[(<]/.exec(
      call,
    )?.[1];
  if (own !== undefined) return { db: own.replace(/\s/g, ''), ...given };
  const parameter = databaseParameter(text, path, start);
  return parameter === undefined ? undefined : { db: parameter, ...given };
}

/** The first parameter of the function around, where it is called like a database; a helper, or a model, is called with it in sight. */
function databaseParameter(text: string, path: string, offset: number): string | undefined {
  const code = parseCode(text, path);
  const nodes = nodesOf(code);
  for (let node = nodes.around(offset); node !== undefined; node = nodes.parent(node)) {
    if (!('params' in node) || !Array.isArray(node.params)) continue;
    const [first] = node.params;
    if (first === undefined || typeof first !== 'object' || first === null || !('type' in first)) continue;
    if (first.type === 'Identifier' && 'name' in first && /^(?:db|database)$/i.test(String(first.name))) return String(first.name);
  }
  return undefined;
}
