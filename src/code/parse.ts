import { type ParserOptions, parse } from '@babel/parser';
import type { Program } from '@babel/types';
import type { Span } from '../model/text';
import { TextMemory } from '../parse/memory';

/** One file of code, parsed. Shared: nobody may change it. */
export interface ParsedCode {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly CodeComment[];
  /** What is no JavaScript or TypeScript; the rest was read. */
  readonly problems: readonly CodeProblem[];
}

export interface CodeComment {
  readonly kind: 'line' | 'block';
  /** Without its delimiters. */
  readonly text: string;
  /** With its delimiters. */
  readonly span: Span;
}

export interface CodeProblem {
  /** As the parser words it, without its own line and column: `Unexpected token`. */
  readonly message: string;
  readonly span: Span;
}

/** Longer files are bundles or data rather than migrations. In UTF-16 code units. */
const maximumCodeLength = 2 * 1024 * 1024;

/** A folder of some hundred migrations with what they import. */
const memory = new TextMemory<ParsedCode>(16 * 1024 * 1024);

/** Reads a file; `path` says whether it is TypeScript. Never throws: where the text can't be read it says so, and reads the rest. */
export function parseCode(text: string, path: string): ParsedCode {
  return memory.recall(text, path, () => read(text, path));
}

function read(text: string, path: string): ParsedCode {
  if (text.length > maximumCodeLength) {
    const message = `This file has more than ${maximumCodeLength / 1024 / 1024} MB; it was not read`;
    return { path, text, program: emptyProgram(), comments: [], problems: [{ message, span: { start: 0, end: 1 } }] };
  }
  const tooDeep = placeTooDeep(text);
  if (tooDeep !== undefined) {
    const message = `Brackets are nested more than ${maximumNesting} deep here; the file was not read`;
    const span = { start: tooDeep, end: tooDeep + 1 };
    return { path, text, program: emptyProgram(), comments: [], problems: [{ message, span }] };
  }
  const problems: CodeProblem[] = [];
  let readable = text;
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const outcome = tryParse(readable, path);
    if ('program' in outcome) {
      const all = [...problems, ...outcome.problems].slice(0, maximumProblems);
      return { path, text, program: outcome.program, comments: outcome.comments, problems: all };
    }
    problems.push(outcome.problem);
    readable = withoutLine(readable, outcome.problem.span.start);
  }
  return { path, text, program: emptyProgram(), comments: [], problems: problems.slice(0, 1) };
}

/** How many lines may be left out to read the others. While someone types it is mostly one. */
const maximumAttempts = 4;
const maximumProblems = 5;

type Outcome =
  | { readonly program: Program; readonly comments: readonly CodeComment[]; readonly problems: readonly CodeProblem[] }
  | { readonly problem: CodeProblem };

function tryParse(text: string, path: string): Outcome {
  try {
    const file = parse(text, options(path));
    const comments = (file.comments ?? []).map(
      (comment): CodeComment => ({
        kind: comment.type === 'CommentLine' ? 'line' : 'block',
        text: comment.value,
        span: { start: comment.start ?? 0, end: comment.end ?? 0 },
      }),
    );
    return { program: file.program, comments, problems: (file.errors ?? []).map((error) => problemOf(error, text)) };
  } catch (error) {
    return { problem: problemOf(error, text) };
  }
}

function options(path: string): ParserOptions {
  const typescript = /\.[cm]?tsx?$/.test(path);
  return {
    sourceType: 'unambiguous',
    errorRecovery: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowUndeclaredExports: true,
    allowSuperOutsideMethod: true,
    allowNewTargetOutsideFunction: true,
    attachComment: false,
    plugins: typescript ? ['typescript', 'decorators-legacy'] : ['decorators-legacy', 'jsx'],
  };
}

function problemOf(error: unknown, text: string): CodeProblem {
  if (!(error instanceof Error)) return { message: 'It can not be read', span: { start: 0, end: 0 } };
  if (error instanceof RangeError) return { message: 'It is nested too deeply', span: { start: 0, end: Math.min(text.length, 1) } };
  const position = 'pos' in error && typeof error.pos === 'number' ? Math.min(Math.max(error.pos, 0), text.length) : 0;
  const message = error.message.replace(/\s*\(\d+:\d+\)\s*$/, '').replace(/\.$/, '');
  const word = /^[\w$]+|^\S/.exec(text.slice(position, position + 60))?.[0] ?? '';
  return { message, span: { start: position, end: Math.min(position + Math.max(word.length, 1), text.length) } };
}

/** The same text with spaces in place of the line around an offset: all other places stay as they are. */
function withoutLine(text: string, offset: number): string {
  // An error at the very end is about the last line that has something in it.
  const at = Math.min(offset, Math.max(text.trimEnd().length - 1, 0));
  // Before the first character there is no line, and a negative place would count as the first.
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const found = text.indexOf('\n', at);
  const end = found === -1 ? text.length : found;
  return text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
}

/** The parser takes seconds over some thousand blocks with labels in each other; nobody writes a hundred. */
const maximumNesting = 100;

/** Brackets in strings count as well: their ends mostly stand in the same string. */
function placeTooDeep(text: string): number | undefined {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[([{}\])]/g)) {
    depth = '([{'.includes(bracket) ? depth + 1 : Math.max(depth - 1, 0);
    if (depth > maximumNesting) return index;
  }
  return undefined;
}

function emptyProgram(): Program {
  const outcome = tryParse('', 'empty.js');
  if ('program' in outcome) return outcome.program;
  throw new Error(outcome.problem.message);
}
