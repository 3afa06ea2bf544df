import { codeLiteral } from '../../../code/literal';
import type { Migration } from '../../../model/migration';
import type { CodePlace, DownPlacement, NoTransactionMark, SourceFile } from '../../../model/run-protocol';
import type { Span } from '../../../model/text';
import { memberNamed, migrationClass } from '../class-text';
import { codeLines } from '../code-lines';
import { placeDownInCode } from '../placing';

/** What is written into MikroORM migrations. */

export function placeDown(migration: Migration, files: readonly SourceFile[], statements: readonly string[]): DownPlacement {
  return placeDownInCode(migration, files, {
    parameters: '',
    async: true,
    lines: () => statements.flatMap((sql) => codeLines(sql, (text) => `this.addSql(${codeLiteral(text)});`)),
  });
}

/** Beside `this.addSql` another one, so that the order stays; beside `this.execute` one that runs at once, too. */
export function rawCall(sql: string, { text, call }: CodePlace): string | undefined {
  const method = call.start === call.end ? 'addSql' : /^this\s*\.\s*(addSql|execute)\b/.exec(text.slice(call.start, call.end))?.[1];
  if (method === undefined || !/(?:^|[;{}]|\*\/|\n)\s*(?:await\s+)?$/.test(text.slice(0, call.start))) return undefined;
  return method === 'addSql' ? `this.addSql(${codeLiteral(sql)});` : `await this.execute(${codeLiteral(sql)});`;
}

export function mark(text: string): NoTransactionMark | undefined {
  const type = migrationClass(text);
  if (type === undefined || memberNamed(type, 'isTransactional') !== undefined) return undefined;
  const at = (type.body.start ?? 0) + 1;
  const isTypeScript = /:\s*(?:Promise<|void\b|string\b)/.test(text);
  const indent = /\n([ \t]+)\S/.exec(text.slice(at))?.[1] ?? '  ';
  const overriding = /\boverride\s+(?:async\s+)?(?:up|down)\b/.test(text) ? 'override ' : '';
  const head = `${overriding}isTransactional()${isTypeScript ? ': boolean' : ''}`;
  return {
    kind: 'patch',
    patch: { span: { start: at, end: at }, newText: `\n${indent}${head} {\n${indent}${indent}return false;\n${indent}}\n` },
    name: 'isTransactional() { return false }',
  };
}

export function withoutMark(text: string): { readonly span: Span; readonly newText: string } | undefined {
  const type = migrationClass(text);
  const method = type === undefined ? undefined : memberNamed(type, 'isTransactional');
  if (method === undefined || !/\breturn\s+false\b/.test(text.slice(method.start ?? 0, method.end ?? 0))) return undefined;
  const start = text.lastIndexOf('\n', method.start ?? 0) + 1;
  const lineEnd = /^[ \t]*(?:\r\n|\r|\n)?(?:[ \t]*(?:\r\n|\r|\n))?/.exec(text.slice(method.end ?? 0))?.[0].length ?? 0;
  return { span: { start, end: (method.end ?? 0) + lineEnd }, newText: '' };
}
