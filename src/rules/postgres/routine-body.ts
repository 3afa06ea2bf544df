import type { Node } from '@pgsql/types';
import { type Token, tokenize } from '../../parse/postgres/lexer';
import { asSql } from '../../parse/postgres/nested';
import { all, as, type NodeOf, strings } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';
import { identifierOf } from '../../schema/definitions';

/** The body of a function that is a text to the server: it finds out what the body uses when the function is called. */
export interface RoutineBody {
  readonly language: 'sql' | 'plpgsql';
  readonly text: string;
  /** Without comments. */
  readonly tokens: readonly Token[];
  /** What a name means where no column has it: parameters, and declared variables. */
  readonly variables: ReadonlySet<string>;
  /** Where the names in it are looked for, when the function itself says so: `SET search_path = app`. */
  readonly searchPath?: readonly string[];
  /** Its SQL, statement by statement, and the queries in its expressions; what can't be read is left out. */
  readonly statements: readonly Node[];
}

/** From a whole CREATE FUNCTION or CREATE PROCEDURE. Undefined for other languages, and for an SQL-standard body, which the server keeps track of. */
export function routineBody(definition: string): RoutineBody | undefined {
  const routine = as(statementTree(definition), 'CreateFunctionStmt');
  if (routine === undefined || routine.sql_body !== undefined) return undefined;
  const options = all(routine.options, 'DefElem');
  const language = as(options.find(({ defname }) => defname === 'language')?.arg, 'String')?.sval?.toLowerCase();
  const [text] = strings(as(options.find(({ defname }) => defname === 'as')?.arg, 'List')?.items);
  if (text === undefined || (language !== 'sql' && language !== 'plpgsql')) return undefined;
  const tokens = tokenize(text).filter(({ kind }) => kind !== 'comment' && kind !== 'end');
  const cuts = language === 'sql' ? sqlStatements(tokens) : queries(tokens);
  const readable =
    language === 'sql'
      ? text
      : asSql(
          text,
          cuts.map((cut) => ({ tokens: cut })),
        );
  const variables = new Set([...parameterNames(routine, language), ...declaredNames(text, tokens)]);
  const searchPath = ownSearchPath(options);
  return {
    language,
    text,
    tokens,
    variables,
    statements: cuts.flatMap((cut) => treeOf(text, readable, cut)),
    ...(searchPath !== undefined && { searchPath }),
  };
}

/** Undefined when there is none, or when it is FROM CURRENT. */
function ownSearchPath(options: readonly NodeOf<'DefElem'>[]): readonly string[] | undefined {
  for (const { defname, arg } of options) {
    const setting = defname === 'set' ? as(arg, 'VariableSetStmt') : undefined;
    if (setting?.name !== 'search_path' || setting.kind !== 'VAR_SET_VALUE') continue;
    return all(setting.args, 'A_Const').flatMap(({ sval }) => (sval?.sval === undefined || sval.sval === '' ? [] : sval.sval));
  }
  return undefined;
}

/** Of a function in SQL, what it gives back has no names inside of it. */
function parameterNames(routine: NodeOf<'CreateFunctionStmt'>, language: RoutineBody['language']): readonly string[] {
  return all(routine.parameters, 'FunctionParameter').flatMap(({ name, mode }) => {
    const isOutput = mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_TABLE';
    return name === undefined || (isOutput && language === 'sql') ? [] : [name];
  });
}

/** `name type`, behind DECLARE or the declaration before, up to BEGIN. */
function declaredNames(text: string, tokens: readonly Token[]): readonly string[] {
  let isDeclaring = false;
  return tokens.flatMap((token, position) => {
    if (token.word === 'declare') isDeclaring = true;
    if (token.word === 'begin') isDeclaring = false;
    const before = tokens[position - 1]?.word;
    const name = isDeclaring && (before === 'declare' || before === ';') ? identifierOf(text, token) : undefined;
    return name ?? [];
  });
}

function treeOf(text: string, readable: string, cut: readonly Token[]): readonly Node[] {
  const first = cut[0];
  const last = cut.at(-1);
  if (first === undefined || last === undefined) return [];
  // What replaces PL/pgSQL's own words is as long as they are.
  const tree = statementTree((readable.length === text.length ? readable : text).slice(first.start, last.end));
  return tree === undefined ? [] : [tree];
}

function sqlStatements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [[]];
  for (const token of tokens) {
    if (token.word === ';') found.push([]);
    else found.at(-1)?.push(token);
  }
  return found.filter(({ length }) => length > 0);
}

const queryWords = new Set(['select', 'insert', 'update', 'delete', 'with', 'merge', 'perform']);

/** What stands before a query in PL/pgSQL (manual, "Basic Statements", "Control Structures", "Cursors"). */
const beforeQueries = new Set([';', 'begin', 'then', 'else', 'loop', '>>', '(', 'query', 'in', 'for', ':=', '=', 'return']);

/** Each up to the end of its statement, to the LOOP that goes through its rows, or to the parenthesis in which it stands. */
function queries(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: (readonly Token[])[] = [];
  for (let index = 0; index < tokens.length; index++) {
    if (!queryWords.has(tokens[index]?.word ?? '') || !beforeQueries.has(tokens[index - 1]?.word ?? '')) continue;
    const end = endOfQuery(tokens, index);
    found.push(tokens.slice(index, end));
    index = end - 1;
  }
  return found;
}

function endOfQuery(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    const word = tokens[index]?.word;
    if (word === '(') depth++;
    if (word === ')' && --depth < 0) return index;
    if (depth === 0 && (word === ';' || word === 'loop')) return index;
  }
  return tokens.length;
}
