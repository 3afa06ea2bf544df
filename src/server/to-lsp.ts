/** From Faultline's types to LSP's. With `from-lsp.ts` the only place where the two meet. */
import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  type Command,
  type CreateFile,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type Range as LspRange,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { FileReport, Finding, Severity } from '../model/finding';
import type { Range } from '../model/text';

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

/** A quick fix for one diagnostic. */
export function toQuickFix(
  title: string,
  diagnostic: Diagnostic,
  edit: WorkspaceEdit,
  options: { readonly preferred: boolean; readonly command?: Command },
): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: options.preferred,
    edit,
    ...(options.command === undefined ? {} : { command: options.command }),
  };
}

/** The kind by which `editor.codeActionsOnSave` asks for all safe fixes. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.faultline`;

export function toFixAll(edit: WorkspaceEdit): CodeAction {
  return { title: 'Apply all safe Faultline fixes', kind: fixAllKind, edit };
}

export function toHover(markdown: string, range: Range): Hover {
  return { contents: { kind: 'markdown', value: markdown }, range: toLspRange(range) };
}

export function toCodeLens(range: Range, title: string, command: string, argument: string): CodeLens {
  return { range: toLspRange(range), command: { title, command, arguments: [argument] } };
}
