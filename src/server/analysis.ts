import { resolve } from 'node:path';
import { isCode, SourceMap } from '../lint/code/source-map';
import type { Configuration } from '../lint/configuration';
import type { PlacedMigration } from '../lint/lint';
import type { FileReport } from '../model/finding';
import type { Migration, Program, Statement } from '../model/migration';
import type { ExecutionPlan } from '../model/plan';
import type { Framework, SourceFile } from '../model/run-protocol';
import type { Position, Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import type { GeneratedDown } from '../rollback/down';
import type { KeptMigration } from '../rollback/kept-migration';

/** Everything the features need to know about one migration file, computed once per version of its folder. */
export interface Analysis {
  /** The file's path as it stands in `files`. */
  readonly name: string;
  /** Absolute path of the folder whose files belong together. */
  readonly folder: string;
  readonly files: readonly SourceFile[];
  readonly framework: Framework;
  readonly migration: Migration;
  readonly configuration: Configuration;
  readonly report: FileReport;
  /** All migrations of the folder, in their order, those behind this one too. */
  allMigrations(): readonly PlacedMigration[];
  /** The reports on a changed version of the files. */
  lintAgain(files: readonly SourceFile[]): readonly FileReport[];
  /** How one of its programs will run. */
  plan(program: Program): ExecutionPlan;
  /** The rollback that its operations call for. */
  generateDown(): GeneratedDown;
  /** The same with the data kept aside, which changes the up; undefined where there is none that could be. */
  keepData(): KeptMigration | undefined;
}

/** The absolute path of a file that is named as in `files`, or absolutely. */
export function pathInFolder(analysis: Pick<Analysis, 'folder'>, name: string): string {
  return resolve(analysis.folder, name);
}

/** The migration's programs that lie in this file: both in one file, or one of them where up and down have files of their own. */
export function programsInFile(analysis: Analysis): readonly Program[] {
  const { up, down } = analysis.migration;
  return [up, ...(down === undefined ? [] : [down])].filter((program) => program.path === analysis.name);
}

/** The text of the file as it was analysed. */
export function textOf(analysis: Pick<Analysis, 'files' | 'name'>): string {
  return analysis.files.find((file) => file.path === analysis.name)?.text ?? '';
}

/** A statement, and where in the file it shows. */
export interface ShownStatement {
  readonly statement: Statement;
  readonly program: Program;
  readonly range: Range;
}

/** The statement at a place in the file, with its program. */
export function statementAt(analysis: Analysis, position: Position): ShownStatement | undefined {
  return statementsAt(analysis, position)[0];
}

/** The statements at a place in the file: several where one call of a builder sends several. */
export function statementsAt(analysis: Analysis, position: Position): readonly ShownStatement[] {
  for (const program of programsInFile(analysis)) {
    const shown = shownStatements(analysis, program).filter(({ range }) => contains(range, position));
    const [smallest] = shown.toSorted((left, right) => size(left.range) - size(right.range));
    if (smallest !== undefined) return shown.filter(({ range }) => size(range) === size(smallest.range));
  }
  return [];
}

/**
 * Where the statements of a program show. In code that is the call that sends them and, within it, the call of a builder or the characters
 * of the string that they come from.
 */
export function shownStatements(analysis: Pick<Analysis, 'files' | 'name'>, program: Program): readonly ShownStatement[] {
  if (!isCode(program)) return program.statements.map((statement) => ({ statement, program, range: statement.range }));
  const text = textOf(analysis);
  const map = new SourceMap(program, text);
  const lines = new LineIndex(text);
  return program.statements.flatMap((statement) => map.places(statement).map((span) => ({ statement, program, range: lines.range(span) })));
}

/** Lines weigh more than any line is long. */
function size({ start, end }: Range): number {
  return (end.line - start.line) * 100_000 + end.character - start.character;
}

/** Half-open, but the place right after the last character counts too: that is where the cursor stands after typing. */
function contains(range: Range, position: Position): boolean {
  return compare(range.start, position) <= 0 && compare(position, range.end) <= 0;
}

/** Negative when `left` comes before `right`. */
export function compare(left: Position, right: Position): number {
  return left.line - right.line || left.character - right.character;
}

export function overlaps(left: Range, right: Range): boolean {
  return compare(left.start, right.end) <= 0 && compare(right.start, left.end) <= 0;
}
