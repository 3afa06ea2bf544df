import { tokenize } from '../../parse/postgres/lexer';
import type { RuleContext } from '../context';

/** A statement as it stands in a file of the framework: with its semicolon, and for goose between its marks when it holds others. */
export function asFrameworkStatement(context: RuleContext, statement: string): string {
  const text = /(;|StatementEnd)$/.test(statement) ? statement : `${statement};`;
  const compound = tokenize(text).some((token) => token.kind === 'dollar string' && text.slice(token.start, token.end).includes(';'));
  // goose splits at semicolons, also at those in a function body (goose README, "SQL Migrations").
  if (context.framework.name !== 'goose' || !compound || text.startsWith('-- +goose')) return text;
  return `-- +goose StatementBegin\n${text}\n-- +goose StatementEnd`;
}
