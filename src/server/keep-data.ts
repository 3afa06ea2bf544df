import type { CodeAction } from 'vscode-languageserver';
import type { SourceFile } from '../model/run-protocol';
import type { Range } from '../model/text';
import type { KeptMigration } from '../rollback/kept-migration';
import { isWritten } from '../rollback/written';
import { type Analysis, overlaps, pathInFolder } from './analysis';
import { smallestReplacement } from './smallest-replacement';
import { type FileEdits, type OpenFiles, toConfirmedAction, toWorkspaceEdit } from './to-lsp';

/**
 * The migration changed so that what it drops, deletes and overwrites is kept aside, with the rollback that brings it back. Offered on a
 * statement that it changes; it changes what was written, so the editor shows it first and asks.
 */
export function keepDataAction(analysis: Analysis, range: Range, open: OpenFiles): CodeAction | undefined {
  const { migration } = analysis;
  if (migration.up.path !== analysis.name || isWritten(migration.down)) return undefined;
  const destroys = ['drop column', 'drop object', 'delete', 'update', 'truncate'];
  const isOn = migration.up.statements.some(
    (statement) => overlaps(statement.range, range) && statement.operations.some(({ kind }) => destroys.includes(kind)),
  );
  const kept = isOn ? analysis.keepData() : undefined;
  if (kept === undefined || kept.placement.kind === 'unsupported') return undefined;
  const files = changedFiles(kept, analysis.files).map(({ path: name, text }): FileEdits => {
    const path = pathInFolder(analysis, name);
    const before = analysis.files.find((file) => file.path === name)?.text;
    return { path, version: open.versionOf(path), create: before === undefined, edits: [smallestReplacement(before ?? '', text)] };
  });
  return toConfirmedAction('Insert rollback, keeping the data aside', `Keeps ${kept.kept.join('; ')}`, toWorkspaceEdit(files));
}

/** The up's file, and the rollback's where that is another one, as they are then. */
function changedFiles({ up, placement }: KeptMigration, files: readonly SourceFile[]): SourceFile[] {
  switch (placement.kind) {
    case 'unsupported':
      return [];
    case 'create':
      return [up, { path: placement.path, text: placement.text }];
    case 'edit': {
      const { path, span, newText } = placement;
      const text = path === up.path ? up.text : (files.find((file) => file.path === path)?.text ?? '');
      const edited = { path, text: text.slice(0, span.start) + newText + text.slice(span.end) };
      return path === up.path ? [edited] : [up, edited];
    }
  }
}
