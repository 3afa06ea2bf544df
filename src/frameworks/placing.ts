import type { Migration, Program } from '../model/migration';
import type { DownPlacement, SourceFile } from '../model/run-protocol';
import { lineBreakOf } from './files';

/** A file of its own for the rollback: made, or filled when it is there already. */
export function placeInFile(
  migration: Migration,
  files: readonly SourceFile[],
  path: string,
  statements: readonly string[],
): DownPlacement {
  const existing = files.find((file) => file.path === path);
  if (existing === undefined) {
    const like = files.find((file) => file.path === migration.up.path);
    return { kind: 'create', path, text: joined(statements, lineBreakOf(like?.text ?? '')) };
  }
  const lineBreak = lineBreakOf(existing.text);
  if (migration.down !== undefined && migration.down.path === path)
    return replaceStatements(migration.down, existing, statements, lineBreak);
  const { length } = existing.text;
  return {
    kind: 'edit',
    path,
    span: { start: length, end: length },
    newText: separated(existing.text, joined(statements, lineBreak), lineBreak),
  };
}

/** Under the marker of the migration's own file, which is added at the end when it is missing. */
export function placeUnderMarker(
  migration: Migration,
  files: readonly SourceFile[],
  marker: string,
  statements: readonly string[],
): DownPlacement {
  const file = files.find((candidate) => candidate.path === migration.up.path);
  if (file === undefined) return { kind: 'unsupported', why: `${migration.up.path} is no longer there.` };
  const lineBreak = lineBreakOf(file.text);
  if (migration.down !== undefined) return replaceStatements(migration.down, file, statements, lineBreak);
  const { length } = file.text;
  const text = `${marker}${lineBreak}${joined(statements, lineBreak)}`;
  return { kind: 'edit', path: file.path, span: { start: length, end: length }, newText: separated(file.text, text, lineBreak) };
}

/** What a program holds gives way to the new statements; comments before and after it stay. */
function replaceStatements(program: Program, file: SourceFile, statements: readonly string[], lineBreak: string): DownPlacement {
  const first = program.statements[0];
  const last = program.statements.at(-1);
  const newText = joined(statements, lineBreak);
  if (first === undefined || last === undefined) {
    const before = file.text.slice(0, program.span.start);
    const needsBreak = before !== '' && !/[\r\n]$/.test(before);
    const { start } = program.span;
    return { kind: 'edit', path: program.path, span: { start, end: start }, newText: `${needsBreak ? lineBreak : ''}${newText}` };
  }
  const terminator = /^\s*;/.exec(file.text.slice(last.span.end, program.span.end))?.[0].length ?? 0;
  const span = { start: first.span.start, end: last.span.end + terminator };
  return { kind: 'edit', path: program.path, span, newText: newText.trimEnd() };
}

function joined(statements: readonly string[], lineBreak: string): string {
  return statements.map((statement) => `${statement.replace(/\r?\n/g, lineBreak)}${lineBreak}`).join('');
}

/** With an empty line between what is there and what comes. */
function separated(before: string, text: string, lineBreak: string): string {
  if (before.trim() === '') return text;
  return `${/[\r\n]$/.test(before) ? '' : lineBreak}${lineBreak}${text}`;
}
