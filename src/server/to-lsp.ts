/** From Faultline's types to LSP's. With `from-lsp.ts` the only place where the two meet. */
import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  type Command,
  type CompletionItem,
  CompletionItemKind,
  type CreateFile,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentSymbol,
  type Hover,
  type InlayHint,
  InsertTextFormat,
  type Location,
  type Range as LspRange,
  SymbolKind,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { FileReport, Finding, Severity } from '../model/finding';
import type { Position, Range } from '../model/text';
import { fixAllCommand, fixAllKind } from '../protocol/language';

/** Shown beside each diagnostic's message: who says so. */
export const diagnosticSource = 'faultline';

const severities: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** A path as the URI that the editor knows it by. */
export function toUri(path: string): string {
  return URI.file(path).toString();
}

export function toLspRange(range: Range): LspRange {
  return { start: { ...range.start }, end: { ...range.end } };
}

/** A place in a file, by its absolute path. */
export function toLocation(path: string, range: Range): Location {
  return { uri: toUri(path), range: toLspRange(range) };
}

/** A finding as a diagnostic: message and help together, the rule as a code that links to its page. */
export function toDiagnostic(finding: Finding): Diagnostic {
  const diagnostic: Diagnostic = {
    range: toLspRange(finding.range),
    severity: severities[finding.severity],
    source: diagnosticSource,
    code: finding.rule,
    message: finding.help === '' ? finding.message : `${finding.message}\n${finding.help}`,
  };
  return finding.url === '' ? diagnostic : { ...diagnostic, codeDescription: { href: finding.url } };
}

/** What could not be read, as diagnostics without a rule. */
export function toErrorDiagnostic(error: FileReport['errors'][number]): Diagnostic {
  return { range: toLspRange(error.range), severity: DiagnosticSeverity.Error, source: diagnosticSource, message: error.message };
}

/** Something to know about the whole file, on its first character. */
export function toNotice(message: string): Diagnostic {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
  return { range, severity: DiagnosticSeverity.Information, source: diagnosticSource, message };
}

/** Replacements in one file. `version` is the document's, when it is open: the editor then refuses edits of a text that has changed. */
export interface FileEdits {
  readonly path: string;
  readonly version: number | null;
  /** True when the file does not exist yet. */
  readonly create: boolean;
  readonly edits: readonly { readonly range: Range; readonly newText: string }[];
}

/** What edits need beside an analysis: which version of a file is open. */
export interface OpenFiles {
  /** The version of an open document; null when the file is not open: LSP's "whatever is on disk". */
  versionOf(path: string): number | null;
}

export function toWorkspaceEdit(files: readonly FileEdits[]): WorkspaceEdit {
  return { documentChanges: files.flatMap(toDocumentChanges) };
}

function toDocumentChanges(file: FileEdits): (CreateFile | TextDocumentEdit)[] {
  const uri = toUri(file.path);
  const edit: TextDocumentEdit = {
    textDocument: { uri, version: file.version },
    edits: file.edits.map(({ range, newText }) => ({ range: toLspRange(range), newText })),
  };
  return file.create ? [{ kind: 'create', uri, options: { ignoreIfExists: true } }, edit] : [edit];
}

/** A quick fix for diagnostics. */
export function toQuickFix(
  title: string,
  diagnostics: Diagnostic[],
  edit: WorkspaceEdit,
  options: { readonly preferred: boolean; readonly command?: Command },
): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    isPreferred: options.preferred,
    edit,
    ...(options.command === undefined ? {} : { command: options.command }),
  };
}

/** A large change of what somebody wrote: every edit in it waits until it was looked at and accepted in the editor's preview. */
export function toConfirmedAction(title: string, description: string, edit: WorkspaceEdit): CodeAction {
  const id = 'faultline';
  const documentChanges = (edit.documentChanges ?? []).map((part) =>
    'edits' in part ? { ...part, edits: part.edits.map((one) => ({ ...one, annotationId: id })) } : { ...part, annotationId: id },
  );
  return {
    title,
    kind: keepDataKind,
    edit: { documentChanges, changeAnnotations: { [id]: { label: title, description, needsConfirmation: true } } },
  };
}

export const keepDataKind = `${CodeActionKind.RefactorRewrite}.faultline`;

const fixAllTitle = 'Apply all safe Faultline fixes';

export function toFixAll(edit: WorkspaceEdit): CodeAction {
  return { title: fixAllTitle, kind: fixAllKind, edit };
}

/**
 * The same among the quick fixes, where people look. It asks for the edits only when it is chosen: to find them, the file is linted again and
 * again. Without diagnostics VS Code would put it behind everything else.
 */
export function toFixAllChoice(uri: string, diagnostics: Diagnostic[]): CodeAction {
  const command = { title: fixAllTitle, command: fixAllCommand, arguments: [uri] };
  return { title: fixAllTitle, kind: CodeActionKind.QuickFix, diagnostics, command };
}

export function toHover(markdown: string, range: Range): Hover {
  return { contents: { kind: 'markdown', value: markdown }, range: toLspRange(range) };
}

export function toCodeLens(range: Range, title: string, command: string, argument: string): CodeLens {
  return { range: toLspRange(range), command: { title, command, arguments: [argument] } };
}

/** A lens that goes to the beginning of a place. */
export function toLinkLens(range: Range, title: string, uri: string, target: Range): CodeLens {
  const start = toLspRange({ start: target.start, end: target.start });
  return { range: toLspRange(range), command: { title, command: 'faultline.selectRange', arguments: [uri, start] } };
}

/** Text behind a place, with what to show when the pointer rests on it. */
export function toInlayHint(position: Position, label: string, tooltip: string): InlayHint {
  return { position: { ...position }, label, paddingLeft: true, tooltip: { kind: 'markdown', value: tooltip } };
}

export function toDocumentSymbol(
  kind: 'section' | 'statement',
  name: string,
  detail: string,
  range: Range,
  selectionRange: Range,
  children: DocumentSymbol[],
): DocumentSymbol {
  return {
    name,
    detail,
    kind: kind === 'section' ? SymbolKind.Namespace : SymbolKind.Event,
    range: toLspRange(range),
    selectionRange: toLspRange(selectionRange),
    children,
  };
}

/** A completion that replaces `range` by a snippet. */
export function toSnippet(item: {
  readonly label: string;
  readonly detail: string;
  readonly documentation: string;
  readonly filterText: string;
  readonly range: Range;
  readonly snippet: string;
  /** Edits elsewhere in the file that belong to it. */
  readonly more: readonly { readonly range: Range; readonly newText: string }[];
}): CompletionItem {
  return {
    label: item.label,
    // On the right of the list; where it has to stand is said beside it, and would leave no room for the label.
    labelDetails: { description: 'Faultline' },
    kind: CompletionItemKind.Snippet,
    detail: item.detail,
    documentation: { kind: 'markdown', value: item.documentation },
    filterText: item.filterText,
    insertTextFormat: InsertTextFormat.Snippet,
    textEdit: { range: toLspRange(item.range), newText: item.snippet },
    ...(item.more.length === 0
      ? {}
      : { additionalTextEdits: item.more.map(({ range, newText }) => ({ range: toLspRange(range), newText })) }),
  };
}

/** The id of a rule, with what it finds. */
export function toRuleCompletion(item: {
  readonly id: string;
  readonly documentation: string;
  /** On the right of the list. */
  readonly note: string;
  readonly sortText: string;
  readonly range: Range;
  readonly snippet: string;
}): CompletionItem {
  return {
    label: item.id,
    labelDetails: { description: item.note },
    kind: CompletionItemKind.EnumMember,
    documentation: { kind: 'markdown', value: item.documentation },
    sortText: item.sortText,
    filterText: item.id,
    insertTextFormat: InsertTextFormat.Snippet,
    textEdit: { range: toLspRange(item.range), newText: item.snippet },
  };
}

/** A word after which the editor is to ask for more. */
export function toWordCompletion(word: string, detail: string, range: Range): CompletionItem {
  return {
    label: word,
    kind: CompletionItemKind.Keyword,
    detail,
    filterText: word,
    textEdit: { range: toLspRange(range), newText: `${word} ` },
    command: { title: 'Name the rule', command: 'editor.action.triggerSuggest' },
  };
}
