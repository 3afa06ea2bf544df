import type { FrameworkName } from '../../model/migration';
import { Lexer, tokenize } from '../../parse/postgres/lexer';
import type { Patch } from './patches';

/** How a framework is told to run a migration without a transaction: a change of the file, or a file beside it. */
export type NoTransactionMark =
  | { readonly kind: 'patch'; readonly patch: Patch; readonly name: string }
  | { readonly kind: 'file'; readonly suffix: string; readonly text: string; readonly name: string };

/**
 * The mark for a file of this framework; undefined where there is none: golang-migrate and Prisma send the file as it is, so only a
 * file with a single statement runs outside a transaction.
 * Sources: dbmate README "Migration options"; goose README "Migrations"; Flyway "Script configuration".
 */
export function noTransactionMark(framework: FrameworkName, text: string, direction: 'up' | 'down'): NoTransactionMark | undefined {
  switch (framework) {
    case 'dbmate': {
      const marker = findComment(text, new RegExp(`^--\\s*migrate:${direction}\\b`));
      if (marker === undefined) return undefined;
      const comment = text.slice(marker.start, marker.end).trimEnd();
      const option = /\s+transaction:\S+/.exec(comment);
      const span =
        option === null
          ? { start: marker.start + comment.length, end: marker.start + comment.length }
          : { start: marker.start + option.index, end: marker.start + option.index + option[0].length };
      return { kind: 'patch', patch: { span, newText: ' transaction:false' }, name: 'transaction:false' };
    }
    case 'goose': {
      const start = findComment(text, /^--\s*\+goose\s+up\b/i)?.start ?? 0;
      return {
        kind: 'patch',
        patch: { span: { start, end: start }, newText: '-- +goose NO TRANSACTION\n' },
        name: '-- +goose NO TRANSACTION',
      };
    }
    case 'flyway':
      return { kind: 'file', suffix: '.conf', text: 'executeInTransaction=false\n', name: 'executeInTransaction=false' };
    default:
      return undefined;
  }
}

/** Flyway looks for some statements by itself, and then runs the file without a transaction (`PostgreSQLParser.java`). */
export function isRecognised(framework: FrameworkName, statement: string): boolean {
  const words = tokenize(statement)
    .slice(0, 4)
    .map((token) => token.word)
    .join(' ');
  return framework === 'flyway' && /^(create (unique )?index concurrently|drop index concurrently|vacuum\b)/.test(words);
}

/** The change that takes the mark away again; undefined when there is none to take away in the file. */
export function unmark(framework: FrameworkName, text: string): Patch | undefined {
  if (framework !== 'goose') return undefined;
  const mark = findComment(text, /^--\s*\+goose\s+no\s+transaction\b/i);
  if (mark === undefined) return undefined;
  const lineEnd = /^[ \t]*(\r\n|\r|\n)/.exec(text.slice(mark.end))?.[0].length ?? 0;
  return { span: { start: mark.start, end: mark.end + lineEnd }, newText: '' };
}

function findComment(text: string, pattern: RegExp): { readonly start: number; readonly end: number } | undefined {
  const lexer = new Lexer(text);
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment' && pattern.test(text.slice(lexer.start, lexer.end))) return { start: lexer.start, end: lexer.end };
  }
  return undefined;
}
