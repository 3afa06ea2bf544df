/**
 * Follows the words of one statement, so that the splitter knows which semicolons are inside of it: those in the body of a routine, a
 * trigger or an event, and of MariaDB's anonymous blocks (MySQL manual, "Compound Statement Syntax"). Knows no brackets: a semicolon in an
 * open bracket ends a statement on the server, too.
 */
export class BodyFollower {
  /** What a semicolon would leave open, outermost first. `case value` is the expression, which ends at a bare END. */
  private readonly open: string[] = [];
  private phase: 'start' | 'plain' | 'header' | 'parameters' | 'characteristics' | 'body' = 'start';
  private routine = '';
  private brackets = 0;
  private previous = '';
  private isStatementStart = false;

  /** `hasBlocks`: compound statements may stand alone, as in MariaDB. */
  constructor(private readonly hasBlocks: boolean) {}

  /** Is the statement one that has a body? Then the client's own delimiter is the only thing that ends it. */
  get hasBody(): boolean {
    return this.phase !== 'start' && this.phase !== 'plain' && this.routine !== '';
  }

  /** Would a semicolon here end nothing? */
  get isInside(): boolean {
    return this.open.length > 0;
  }

  /** Goes on by one token's word; `following` tells that of the next one. */
  take(word: string, following: () => string): void {
    if (this.phase === 'plain') return;
    if (this.phase === 'start') this.begin(word, following);
    else if (this.phase === 'header') this.header(word);
    else if (this.phase === 'parameters') this.parameters(word);
    else if (this.phase === 'characteristics') this.characteristic(word, following);
    else this.body(word, following);
    this.previous = word;
  }

  private begin(word: string, following: () => string): void {
    if (word === 'create' || word === 'alter') this.phase = 'header';
    else if (!this.hasBlocks) this.phase = 'plain';
    // MariaDB: BEGIN NOT ATOMIC, and IF, CASE, LOOP ... outside of routines (manual, "Using Compound Statements Outside of Stored Programs").
    else if (word === 'begin' && following() === 'not') this.toBody(word, following);
    else if (openers.has(word) && word !== 'begin') this.toBody(word, following);
    else this.phase = 'plain';
  }

  private toBody(word: string, following: () => string): void {
    this.phase = 'body';
    this.routine = 'block';
    this.isStatementStart = true;
    this.body(word, following);
  }

  /** Its END closes it, whatever its parts are. */
  private toPackage(): void {
    this.phase = 'body';
    this.open.push('begin');
  }

  private header(word: string): void {
    if (this.routine === '') {
      if (routines.has(word)) this.routine = word;
      if (word === 'package') this.toPackage();
      else if (notRoutines.has(word)) this.phase = 'plain';
    } else if (this.routine === 'trigger') {
      if (word === 'row' && this.previous === 'each') this.phase = 'characteristics';
    } else if (this.routine === 'event') {
      if (word === 'do') {
        this.phase = 'body';
        this.isStatementStart = true;
      }
    } else if (word === '(') {
      this.brackets = 1;
      this.phase = 'parameters';
    }
  }

  private parameters(word: string): void {
    if (word === '(') this.brackets++;
    if (word === ')' && --this.brackets === 0) this.phase = 'characteristics';
  }

  /** Between the parameters and the body. */
  private characteristic(word: string, following: () => string): void {
    if (openers.has(word)) {
      this.phase = 'body';
      this.isStatementStart = true;
      this.body(word, following);
    } else if (word === ':') this.isStatementStart = true;
    else if (bodyWords.has(word) && !(word === 'set' && this.previous === 'character')) this.phase = 'body';
  }

  private body(word: string, following: () => string): void {
    const starts = this.isStatementStart;
    this.isStatementStart =
      word === ';' || word === 'begin' || word === ':' || word === 'loop' || word === 'repeat' || (word === 'do' && !starts);
    if (this.previous === 'end' && closers.has(word)) {
      this.isStatementStart = false;
      return;
    }
    if ((word === 'then' || word === 'else') && this.open.at(-1) !== 'case value') this.isStatementStart = true;
    if (word === 'end' && this.previous !== 'xa') this.close(following());
    else if (word === 'begin' && this.previous !== 'xa') this.open.push(word);
    else if (word === 'case') this.open.push(starts ? 'case' : 'case value');
    else if (starts && openers.has(word)) this.open.push(word);
  }

  private close(following: string): void {
    if (closers.has(following)) {
      const at = this.open.lastIndexOf(following);
      // `case value` ends at END, and a statement CASE at END CASE.
      if (at !== -1) this.open.length = at;
      return;
    }
    if (this.open.at(-1) === 'case value') {
      this.open.pop();
      return;
    }
    const at = this.open.lastIndexOf('begin');
    if (at !== -1) this.open.length = at;
  }
}

const routines = new Set(['procedure', 'function', 'trigger', 'event', 'package']);

/** What CREATE and ALTER are followed by, when it is none of the above; DEFINER = user and OR REPLACE may come first. */
const notRoutines = new Set(
  [
    'table',
    'temporary',
    'index',
    'unique',
    'fulltext',
    'spatial',
    'vector',
    'view',
    'database',
    'schema',
    'user',
    'role',
    'server',
    'sequence',
  ].concat(['tablespace', 'logfile', 'resource', 'undo', 'spatial', 'instance', 'online', 'ignore', 'algorithm', 'library']),
);

const openers = new Set(['begin', 'if', 'case', 'while', 'loop', 'repeat', 'for']);
const closers = new Set(['if', 'case', 'while', 'loop', 'repeat', 'for']);

/** The first words of a body that is one statement. */
const bodyWords = new Set([
  'return',
  'set',
  'select',
  'insert',
  'update',
  'delete',
  'replace',
  'call',
  'do',
  'with',
  'signal',
  'truncate',
  'drop',
  'create',
  'alter',
  'as',
]);
