import { codeLiteral } from '../../../code/literal';
import type { Migration } from '../../../model/migration';
import type { CodePlace, DownPlacement, NoTransactionMark, SourceFile } from '../../../model/run-protocol';
import type { Span } from '../../../model/text';
import { memberNamed, migrationClass } from '../class-text';
import { codeLines } from '../code-lines';
import { findDefinition, type Parameter } from '../definitions';
import { placeDownInCode } from '../placing';

/** What is written into TypeORM migrations. */

/** The rollback as raw queries: they say exactly what was generated. */
export function placeDown(migration: Migration, files: readonly SourceFile[], statements: readonly string[]): DownPlacement {
  return placeDownInCode(migration, files, {
    parameters: 'queryRunner',
    async: true,
    lines: (parameters) =>
      statements.flatMap((sql) => codeLines(sql, (text) => `await ${runnerIn(parameters)}.query(${codeLiteral(text)});`)),
    ownParameters: (parameters) =>
      runnerName(parameters) === undefined ? '{ queryRunner }' : parameters.map(({ text }) => text).join(', '),
  });
}

/** The query runner among the parameters of a method: itself, or a property of a project's own context. */
function runnerName([parameter]: readonly Parameter[]): string | undefined {
  if (parameter?.name !== undefined) return /context|ctx/i.test(parameter.name) ? `${parameter.name}.queryRunner` : parameter.name;
  return parameter?.properties.get('queryRunner');
}

function runnerIn(parameters: readonly Parameter[]): string {
  return runnerName(parameters) ?? 'queryRunner';
}

const receiver = /^([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*?)\s*\.\s*[A-Za-z_$][\w$]*\s*(?:<[^()]*>)?\(/;

/** A query on what the call itself was made on; else on the query runner that the method gets. */
export function rawCall(sql: string, { program, text, call }: CodePlace): string | undefined {
  if (!standsAlone(text, call)) return undefined;
  const parameters = findDefinition(text, program.path, program.direction)?.body?.parameters ?? [];
  const runner = runnerName(parameters);
  const own = receiver.exec(text.slice(call.start, call.end))?.[1];
  // Managers, data sources and runners have `query`; other objects are the project's own.
  const target = own !== undefined && runner !== undefined && isRunner(own, runner) ? own : runner;
  return target === undefined ? undefined : `await ${target}.query(${codeLiteral(sql)});`;
}

function isRunner(own: string, runner: string): boolean {
  return own === runner || own === `${runner}.manager` || own === `${runner}.connection` || own === `${runner}.dataSource`;
}

/** True when the call is a statement by itself, so that another can stand before or behind it. */
function standsAlone(text: string, call: Span): boolean {
  return /(?:^|[;{}]|\*\/|\n)\s*(?:await\s+)?$/.test(text.slice(0, call.start));
}

/**
 * `transaction = false` in the migration's class: for the modes `each` and `none`; in the mode `all` TypeORM refuses it. A revert asks no
 * migration: there is no mark for it.
 */
export function mark(text: string, direction: 'up' | 'down'): NoTransactionMark | undefined {
  if (direction === 'down') return undefined;
  const type = migrationClass(text);
  if (type === undefined) return undefined;
  const known = memberNamed(type, 'transaction');
  if (known !== undefined) return undefined;
  const at = (type.body.start ?? 0) + 1;
  const isTypeScript = /\bimplements\b|:\s*(?:Promise|QueryRunner|string)\b/.test(text);
  const indent = /\n([ \t]+)\S/.exec(text.slice(at))?.[1] ?? '  ';
  const newText = `\n${indent}transaction = false${isTypeScript ? ' as const' : ''};${/^\s*\n\s*\n/.test(text.slice(at)) ? '' : '\n'}`;
  return {
    kind: 'patch',
    patch: { span: { start: at, end: at }, newText },
    name: 'transaction = false (needs migrationsTransactionMode "each" or "none")',
  };
}

export function withoutMark(text: string): { readonly span: Span; readonly newText: string } | undefined {
  const type = migrationClass(text);
  const property = type === undefined ? undefined : memberNamed(type, 'transaction');
  if (property?.type !== 'ClassProperty' || property.value?.type === undefined) return undefined;
  const value = property.value.type === 'TSAsExpression' ? property.value.expression : property.value;
  if (value.type !== 'BooleanLiteral' || value.value) return undefined;
  const start = text.lastIndexOf('\n', property.start ?? 0) + 1;
  const lineEnd = /^[ \t]*(?:\r\n|\r|\n)?/.exec(text.slice(property.end ?? 0))?.[0].length ?? 0;
  return { span: { start, end: (property.end ?? 0) + lineEnd }, newText: '' };
}
