import type { Span } from '../../model/text';
import { Lexer, type TokenKind } from './lexer';
import { noTokens, type OpenTokens, type Tokens } from './tokens';

/** A stretch of text between two terminators, from its first token to its last. */
export interface Piece extends Span {
  /** How deeply its expressions may nest; an upper bound. */
  readonly depth: number;
  /** The literal or comment in it that never ends. */
  readonly unterminated?: Unterminated;
  /** It is a command of psql that runs or loads something from elsewhere, so what it does can't be seen here. */
  readonly elsewhere?: boolean;
  /** `COPY ... FROM stdin`: the lines that follow, up to `\.`. */
  readonly copyData?: Span;
  readonly tokens: Tokens;
}

export interface Unterminated {
  readonly kind: TokenKind;
  readonly offset: number;
}

export interface Split {
  readonly pieces: readonly Piece[];
  /** What the parser must not see: psql's backslash commands, COPY data, comments that nest deeply. */
  readonly foreign: readonly Span[];
  /** psql variables and `${...}` outside literals and comments. */
  readonly variables: readonly Span[];
}

const semicolon = 59;

/** PostgreSQL's scanner takes time that grows with the square of a comment's nesting. */
const deepestComment = 16;

/** Commands of psql whose work is in another file (manual, psql, "Meta-Commands"). */
const elsewhere = new Set(['\\i', '\\ir', '\\include', '\\include_relative', '\\copy']);

/** What a word can mean to how deeply a statement nests, and to where it ends. */
type Role = 'opens' | 'closes' | 'separates' | 'deepens' | 'atomic' | 'stdin';

const roles = new Map<string, Role>([
  ...(['(', '[', 'case'] as const).map((word) => [word, 'opens'] as const),
  ...([')', ']', 'end'] as const).map((word) => [word, 'closes'] as const),
  ...([',', 'and', 'or', ';'] as const).map((word) => [word, 'separates'] as const),
  // They make an expression or a query one level deeper without a bracket.
  ...['not', 'union', 'intersect', 'except', 'join', 'is', 'isnull', 'notnull', 'collate', 'at', 'like', 'ilike'].map(
    (word) => [word, 'deepens'] as const,
  ),
  ['atomic', 'atomic'],
  ['stdin', 'stdin'],
]);

/** What is known of the statement that is being read. */
interface Open {
  readonly start: number;
  end: number;
  firstWord: string;
  previousWord: string;
  /** Open brackets and CASEs: each with its word, and the length of the operator chain at its level. */
  readonly levels: { readonly word: string; chain: number }[];
  /** The sum of all chains and levels, now and at its greatest. */
  nesting: number;
  depth: number;
  /** Parts of the name that is being read: the parser joins them one by one, in time that grows with the square of their number. */
  nameParts: number;
  brackets: number;
  squareBrackets: number;
  atomicDepth: number;
  fromStdin: boolean;
  unterminated: Unterminated | undefined;
  readonly tokens: OpenTokens;
}

function openAt(start: number): Open {
  return {
    start,
    end: start,
    firstWord: '',
    previousWord: '',
    levels: [{ word: '', chain: 0 }],
    nesting: 0,
    depth: 0,
    nameParts: 0,
    brackets: 0,
    squareBrackets: 0,
    atomicDepth: 0,
    fromStdin: false,
    unterminated: undefined,
    tokens: noTokens(),
  };
}

/**
 * Cuts text into statements the way psql does: at semicolons outside brackets, literals, comments and BEGIN ATOMIC bodies; backslash
 * commands and COPY data are set aside. Linear in the length of the text, and never fails.
 */
export function split(text: string, start = 0, end = text.length): Split {
  return new Splitter(text, start, end).split();
}

class Splitter {
  private readonly lexer: Lexer;
  private readonly pieces: Piece[] = [];
  private readonly foreign: Span[] = [];
  private readonly variables: Span[] = [];
  private open: Open | undefined;

  constructor(
    private readonly text: string,
    start: number,
    private readonly end: number,
  ) {
    this.lexer = new Lexer(text, start, end);
  }

  split(): Split {
    const { lexer } = this;
    while (lexer.next() !== 'end') {
      if (lexer.kind === 'comment') this.takeComment();
      else if (lexer.kind === 'backslash') this.takeBackslash();
      else if (lexer.kind === 'punctuation' && this.text.charCodeAt(lexer.start) === semicolon && mayEnd(this.open)) this.takeTerminator();
      else this.takeToken();
    }
    this.close();
    return { pieces: this.pieces, foreign: this.foreign, variables: this.variables };
  }

  private takeComment(): void {
    const { start, end, terminated, commentDepth } = this.lexer;
    if (terminated) {
      if (commentDepth > deepestComment) this.foreign.push({ start, end });
      return;
    }
    // It belongs to the statement before it, or is one by itself: the server refuses it.
    this.open ??= openAt(start);
    this.open.end = end;
    this.open.unterminated = { kind: 'comment', offset: start };
  }

  private takeBackslash(): void {
    const command = { start: this.lexer.start, end: lineEnd(this.text, this.lexer.start, this.end) };
    this.foreign.push(command);
    this.lexer.seek(command.end);
    // \g, \gexec, \crosstabview and \watch send what was typed so far.
    const word = /^\\\w*/.exec(this.text.slice(command.start, command.start + 20))?.[0] ?? '';
    if (/^\\(g|crosstabview|watch)/.test(word)) this.close();
    if (!elsewhere.has(word)) return;
    this.close();
    const end = command.start + this.text.slice(command.start, command.end).trimEnd().length;
    this.pieces.push({ start: command.start, end, depth: 0, elsewhere: true, tokens: noTokens() });
  }

  private takeTerminator(): void {
    const copyData: Span | undefined = this.open?.fromStdin ? copyLines(this.text, this.lexer.end, this.end) : undefined;
    this.close(copyData);
    if (copyData === undefined) return;
    this.foreign.push(copyData);
    this.lexer.seek(copyData.end);
  }

  private takeToken(): void {
    const { kind, start, end, terminated, word } = this.lexer;
    this.open ??= openAt(start);
    const { open } = this;
    if (kind === 'variable' && !isSlice(this.text, start, open)) this.variables.push({ start, end });
    open.end = end;
    open.tokens.words.push(word);
    open.tokens.starts.push(start - open.start);
    open.tokens.ends.push(end - open.start);
    if (!terminated) open.unterminated = { kind, offset: start };
    follow(open, word, kind === 'operator');
  }

  private close(copyData?: Span): void {
    if (this.open === undefined) return;
    const { start, depth, unterminated, tokens } = this.open;
    // What never ends takes the white space at the end of the text with it.
    const end = unterminated === undefined ? this.open.end : start + this.text.slice(start, this.open.end).trimEnd().length;
    this.pieces.push({ start, end, depth, tokens, ...(unterminated && { unterminated }), ...(copyData && { copyData }) });
    this.open = undefined;
  }
}

/** A semicolon in brackets or in a BEGIN ATOMIC body ends nothing. */
function mayEnd(open: Open | undefined): boolean {
  return open === undefined || (open.brackets === 0 && open.atomicDepth === 0);
}

/** Keeps count of brackets, BEGIN ATOMIC bodies and nesting. */
function follow(open: Open, word: string, isOperator: boolean): void {
  const previous = open.previousWord;
  open.previousWord = word;
  if (word === '.') open.depth = Math.max(open.depth, ++open.nameParts);
  else if (previous !== '.') open.nameParts = 0;
  if (word === '') return;
  open.firstWord ||= word;
  switch (isOperator ? 'deepens' : roles.get(word)) {
    case 'opens':
      enter(open, word);
      break;
    case 'closes':
      leave(open, word);
      break;
    case 'separates':
      resetChain(open);
      break;
    case 'deepens':
      deepen(open);
      break;
    case 'atomic':
      if (previous === 'begin' && open.firstWord === 'create' && open.brackets === 0) open.atomicDepth++;
      break;
    case 'stdin':
      if (previous === 'from' && open.firstWord === 'copy') open.fromStdin = true;
  }
}

function enter(open: Open, word: string): void {
  open.levels.push({ word, chain: 0 });
  open.nesting++;
  open.depth = Math.max(open.depth, open.nesting);
  if (word === '[') open.squareBrackets++;
  if (word !== 'case') open.brackets++;
  else if (open.atomicDepth > 0) open.atomicDepth++;
}

function leave(open: Open, word: string): void {
  // In a BEGIN ATOMIC body the last END closes the body, not a CASE.
  if (word === 'end' && open.levels.at(-1)?.word !== 'case') {
    if (open.atomicDepth > 0) open.atomicDepth--;
    return;
  }
  if (open.levels.length > 1) open.nesting -= 1 + (open.levels.pop()?.chain ?? 0);
  if (word === ']') open.squareBrackets = Math.max(0, open.squareBrackets - 1);
  if (word !== 'end') open.brackets = Math.max(0, open.brackets - 1);
  else if (open.atomicDepth > 0) open.atomicDepth--;
}

function deepen(open: Open): void {
  const level = open.levels.at(-1);
  if (level !== undefined) level.chain++;
  open.nesting++;
  open.depth = Math.max(open.depth, open.nesting);
}

function resetChain(open: Open): void {
  const level = open.levels.at(-1);
  if (level === undefined) return;
  open.nesting -= level.chain;
  level.chain = 0;
}

/** `a[1:n]` is a slice; the colon of a variable has nothing that ends an expression before it. */
function isSlice(text: string, offset: number, open: Open): boolean {
  return open.squareBrackets > 0 && text.charAt(offset) === ':' && /[\w)\]'"$]\s*$/.test(text.slice(Math.max(0, offset - 20), offset));
}

function lineEnd(text: string, offset: number, limit: number): number {
  const feed = text.indexOf('\n', offset);
  return feed === -1 || feed > limit ? limit : feed;
}

/** The data lines after `COPY ... FROM stdin;`: from the next line to the line `\.`, that line included. */
function copyLines(text: string, offset: number, limit: number): Span {
  const start = lineEnd(text, offset, limit);
  let line = start;
  while (line < limit) {
    const end = lineEnd(text, line + 1, limit);
    if (text.slice(line + 1, end).trimEnd() === '\\.') return { start, end };
    line = end;
  }
  return { start, end: limit };
}
