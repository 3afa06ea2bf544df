import { codeLiteral } from '../../../code/literal';
import type { Migration } from '../../../model/migration';
import type { CodePlace, DownPlacement, NoTransactionMark, SourceFile } from '../../../model/run-protocol';
import type { Span } from '../../../model/text';
import { codeLines } from '../code-lines';
import { findDefinition, type Parameter } from '../definitions';
import { placeDownInCode } from '../placing';
import { isControl } from '../receivers';
import { builderCall } from './writing-builders';

/** What is written into knex migrations. */

/** The rollback, in calls of the builders where they say exactly the same, else raw. */
export function placeDown(migration: Migration, files: readonly SourceFile[], statements: readonly string[]): DownPlacement {
  return placeDownInCode(migration, files, {
    parameters: 'knex',
    async: true,
    lines: (parameters) => {
      const knex = knexName(parameters);
      return statements.flatMap((sql) =>
        codeLines(sql, (text) => `await ${builderCall(knex, text, migration.engine) ?? `${knex}.raw(${rawText(text)})`};`),
      );
    },
  });
}

/** knex itself among the parameters: the first; knex-migrator gives it as a property. */
function knexName([parameter]: readonly Parameter[]): string {
  const taken = parameter?.properties.get('connection') ?? parameter?.properties.get('transacting');
  if (taken !== undefined) return taken;
  const name = parameter?.name ?? 'knex';
  return /^(?:options|config)$/.test(name) ? `${name}.connection` : name;
}

/** `?` is a binding of `raw` only where bindings are given, but pg's own `$1` is counted from it, so it is written as `\?`. */
function rawText(sql: string): string {
  return codeLiteral(sql.replaceAll('?', '\\?'));
}

const root = /^([A-Za-z_$][\w$]*(?:\.(?:connection|transacting))?)\s*[.(]/;

/** A raw call on what the call itself was made on: knex, or the transaction. */
export function rawCall(sql: string, { program, text, call }: CodePlace): string | undefined {
  if (isControl(sql)) return undefined;
  const own = root.exec(text.slice(call.start, call.end))?.[1];
  const body = findDefinition(text, program.path, program.direction)?.body;
  const isInside = body !== undefined && body.span.start <= call.start && call.end <= body.span.end;
  const given = isInside ? knexName(body.parameters) : undefined;
  const isKnex = own !== undefined && (own === given || /^(?:knex|trx|tx|transaction)$/i.test(own) || own.includes('.'));
  const target = isKnex ? own : given;
  return target === undefined ? undefined : `await ${target}.raw(${rawText(sql)});`;
}

const noTransaction = 'config.transaction = false';

/** `exports.config = { transaction: false }`, in the form in which the file exports. */
export function mark(text: string): NoTransactionMark | undefined {
  const known = findDefinition(text, 'migration.ts', 'config');
  if (known !== undefined) return changedConfig(text, known.value);
  const up = findDefinition(text, 'migration.ts', 'up');
  if (up === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', up.owner.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, up.owner.start))?.[0] ?? '';
  const at = commentStart(text, up.owner.start);
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const exporting = /^(module\.)?exports\./.exec(text.slice(up.owner.start))?.[0];
  const line =
    up.form === 'object'
      ? 'config: { transaction: false },'
      : exporting === undefined
        ? 'export const config = { transaction: false };'
        : `${exporting}config = { transaction: false };`;
  const newText = `${line}${lineBreak}${up.form === 'object' ? '' : lineBreak}${indent}`;
  return { kind: 'patch', patch: { span: { start: at, end: at }, newText }, name: noTransaction };
}

/** In front of the comment that belongs to the function. */
function commentStart(text: string, offset: number): number {
  const before = /(?:\/\*(?:[^*]|\*(?!\/))*\*\/|(?:^|\n)(?:[ \t]*\/\/[^\n]*\n)*[ \t]*\/\/[^\n]*)[ \t]*\r?\n[ \t]*$/.exec(
    text.slice(0, offset),
  );
  if (before === null) return offset;
  return before.index + (before[0].startsWith('\n') ? 1 : 0);
}

function changedConfig(text: string, value: Span): NoTransactionMark | undefined {
  const own = text.slice(value.start, value.end);
  if (/\btransaction\s*:\s*false\b/.test(own)) return undefined;
  const setting = /\btransaction\s*:\s*([^,}\s]+)/.exec(own);
  if (setting !== null) {
    const start = value.start + setting.index;
    return {
      kind: 'patch',
      patch: { span: { start, end: start + setting[0].length }, newText: 'transaction: false' },
      name: noTransaction,
    };
  }
  if (!own.startsWith('{')) return undefined;
  const at = value.start + 1;
  const isEmpty = /^\{\s*\}/.test(own);
  return {
    kind: 'patch',
    patch: { span: { start: at, end: at }, newText: ` transaction: false${isEmpty ? ' ' : ','}` },
    name: noTransaction,
  };
}

export function withoutMark(text: string): { readonly span: Span; readonly newText: string } | undefined {
  const known = findDefinition(text, 'migration.ts', 'config');
  if (known === undefined) return undefined;
  const own = text.slice(known.value.start, known.value.end);
  const setting = /\btransaction\s*:\s*false\b\s*,?[ \t]*/.exec(own);
  if (setting === null) return undefined;
  const isAll = /^\{\s*transaction\s*:\s*false\s*,?\s*\}$/.test(own);
  if (!isAll) {
    const start = known.value.start + setting.index;
    return { span: { start, end: start + setting[0].length }, newText: '' };
  }
  const lineStart = text.lastIndexOf('\n', known.owner.start - 1) + 1;
  const start = text.slice(lineStart, known.owner.start).trim() === '' ? lineStart : known.owner.start;
  const rest = /^[ \t]*[,;]?[ \t]*(?:\r\n|\r|\n)?(?:[ \t]*(?:\r\n|\r|\n))?/.exec(text.slice(known.owner.end))?.[0].length ?? 0;
  return { span: { start, end: known.owner.end + rest }, newText: '' };
}
