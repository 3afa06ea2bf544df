/** From LSP's types to Faultline's. With `to-lsp.ts` the only place where the two meet. */
import { type CodeActionContext, CodeActionKind, type Position as LspPosition, type Range as LspRange } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { Position, Range } from '../model/text';
import { fixAllKind } from '../protocol/language';
import { keepDataKind } from './to-lsp';

/** The path of a file URI; undefined for documents that are no files (untitled, git, diff views). */
export function fromUri(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' ? parsed.fsPath : undefined;
}

export function fromLspPosition(position: LspPosition): Position {
  return { line: position.line, character: position.character };
}

export function fromLspRange(range: LspRange): Range {
  return { start: fromLspPosition(range.start), end: fromLspPosition(range.end) };
}

/** Which actions the editor asks for. Without `only` it wants quick fixes; `source.fixAll` and narrower mean all safe fixes. */
export function wantedActions(context: CodeActionContext): {
  readonly quickFixes: boolean;
  readonly fixAll: boolean;
  readonly keepData: boolean;
} {
  const only = context.only;
  if (only === undefined) return { quickFixes: true, fixAll: false, keepData: true };
  return {
    quickFixes: only.some((kind) => covers(kind, CodeActionKind.QuickFix)),
    fixAll: only.some((kind) => covers(kind, fixAllKind)),
    keepData: only.some((kind) => covers(kind, keepDataKind)),
  };
}

/** Kinds are hierarchical: asking for `source` asks for `source.fixAll.faultline` too. The empty kind asks for everything. */
function covers(asked: string, offered: string): boolean {
  return asked === '' || offered === asked || offered.startsWith(`${asked}.`);
}
