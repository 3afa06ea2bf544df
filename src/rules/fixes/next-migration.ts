import type { FrameworkName, Migration } from '../../model/migration';
import type { SourceFile } from '../../model/run-protocol';
import type { TextEdit } from '../../model/text';
import type { RuleContext } from '../context';
import { createFile } from '../edits';
import { onceForFolder } from '../once';
import { asFrameworkStatement } from './statement';

/** A migration that a fix adds right behind the one it mends. */
export interface NewMigration {
  /** For its name: `validate_orders_user_id_fkey`. */
  readonly slug: string;
  /** Statements, each with its semicolon. */
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** False when it must run outside a transaction. */
  readonly transactional: boolean;
}

/**
 * Edits that make these migrations, in the framework's own form, with names that sort right behind the linted one. Undefined when
 * there is no room for them: the next number is taken, or the name has none.
 */
export function addMigrations(context: RuleContext, migrations: readonly NewMigration[]): readonly TextEdit[] | undefined {
  // A migration in code wants another one in code, and this writes SQL.
  if (context.program.rendering !== undefined) return undefined;
  const edits: TextEdit[] = [];
  for (const [position, migration] of migrations.entries()) {
    const path = nextPath(context.framework.name, context.migration, context.files, position + 1, migration.slug);
    if (path === undefined) return undefined;
    const files = newFiles(context, path, migration);
    if (files === undefined) return undefined;
    edits.push(...files.map((file) => createFile(file.path, file.text)));
  }
  return edits;
}

/** The files of a new migration; its rollback goes where the framework itself would have it. */
function newFiles(context: RuleContext, path: string, migration: NewMigration): readonly SourceFile[] | undefined {
  const { framework } = context;
  const files = new Map([
    [
      path,
      upText(
        framework.upMarker,
        migration.up.map((statement) => asFrameworkStatement(context, statement)),
      ),
    ],
  ]);
  if (!migration.transactional && !migration.up.every((statement) => framework.runsOutside?.(statement) === true)) {
    const mark = framework.noTransactionMark?.(files.get(path) ?? '', 'up');
    if (mark?.kind === 'patch') files.set(path, splice(files.get(path) ?? '', mark.patch.span, mark.patch.newText));
    else if (mark?.kind === 'file') files.set(mark.beside(path), mark.text);
    // Around all migrations, as Drizzle has it, a new one would run in a transaction again.
    else if (context.program.execution.wrapped || (migration.up.length > 1 && framework.name !== 'sql')) return undefined;
  }
  if (migration.down.length > 0) placeDown(context, files, path, migration.down);
  else if (framework.requiredDownMarker !== undefined) {
    files.set(path, `${files.get(path) ?? ''}\n${framework.requiredDownMarker}\n`);
  }
  return [...files].map(([filePath, text]) => ({ path: filePath, text }));
}

function placeDown(context: RuleContext, files: Map<string, string>, path: string, down: readonly string[]): void {
  const { framework, engine } = context;
  const sources = [...files].map(([filePath, text]) => ({ path: filePath, text }));
  const [read] = framework.read(sources, { engine, placeholders: {} });
  if (read?.ok !== true) return;
  const placed = framework.placeDown(read.value, sources, down);
  if (placed.kind === 'create') files.set(placed.path, placed.text);
  else if (placed.kind === 'edit') files.set(placed.path, splice(files.get(path) ?? '', placed.span, placed.newText));
}

function splice(text: string, span: { readonly start: number; readonly end: number }, newText: string): string {
  return text.slice(0, span.start) + newText + text.slice(span.end);
}

function upText(marker: string | undefined, statements: readonly string[]): string {
  return `${marker === undefined ? '' : `${marker}\n`}${statements.join('\n\n')}\n`;
}

/** A path with a version between this migration's and the next one's. */
function nextPath(
  framework: FrameworkName,
  migration: Migration,
  files: readonly SourceFile[],
  step: number,
  slug: string,
): string | undefined {
  const { path } = migration.up;
  const slash = path.lastIndexOf('/') + 1;
  if (framework === 'prisma' || (framework === 'drizzle' && path.endsWith('/migration.sql'))) return nextFolder(path, files, step, slug);
  // Without an entry in the journal Drizzle does not run a file.
  if (framework === 'drizzle' && files.some((file) => file.path === 'meta/_journal.json')) return undefined;
  const folder = path.slice(0, slash);
  const name = path.slice(slash);
  if (framework === 'flyway') {
    const siblings = files.filter((file) => file.path.startsWith(folder)).map((file) => file.path.slice(slash));
    return nextFlyway(folder, name, siblings, step, slug);
  }
  const digits = /^\d+/.exec(name)?.[0];
  if (digits === undefined) return undefined;
  const number = freeNumber(digits, numbersIn(files, folder), step);
  return number === undefined ? undefined : `${folder}${number}_${slug}${name.endsWith('.up.sql') ? '.up.sql' : '.sql'}`;
}

function nextFolder(path: string, files: readonly SourceFile[], step: number, slug: string): string | undefined {
  const parts = path.split('/');
  const [folder, file] = parts.slice(-2);
  const digits = /^\d+/.exec(folder ?? '')?.[0];
  if (digits === undefined || file === undefined) return undefined;
  const siblings = files.map((candidate) => candidate.path.split('/').at(-2) ?? '');
  const number = freeNumber(digits, numbersOf(siblings), step);
  return number === undefined ? undefined : [...parts.slice(0, -2), `${number}_${slug}`, file].join('/');
}

/** Numbers that names begin with, without the zeros in front. */
function numbersOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => /^0*(\d+)/.exec(name)?.[1] ?? []));
}

/** Those of one folder's files. All fixes of a run ask for the same. */
function numbersIn(files: readonly SourceFile[], folder: string): ReadonlySet<string> {
  const known = numbers({ files });
  const found =
    known.get(folder) ?? numbersOf(files.filter(({ path }) => path.startsWith(folder)).map(({ path }) => path.slice(folder.length)));
  known.set(folder, found);
  return found;
}

const numbers = onceForFolder(() => new Map<string, ReadonlySet<string>>());

/** The number `step` behind `digits`, as wide, when none from it to there is taken. */
function freeNumber(digits: string, taken: ReadonlySet<string>, step: number): string | undefined {
  const wanted = Array.from({ length: step }, (_, offset) => BigInt(digits) + BigInt(offset + 1));
  if (wanted.some((number) => taken.has(String(number)))) return undefined;
  return (BigInt(digits) + BigInt(step)).toString().padStart(digits.length, '0');
}

/** `V3_1` sorts between `V3` and `V4` (Flyway, "Versioned migrations"). */
function nextFlyway(folder: string, name: string, siblings: readonly string[], step: number, slug: string): string | undefined {
  const version = /^V(.+?)__/.exec(name)?.[1];
  if (version === undefined) return undefined;
  const part = new RegExp(`^V${version.replaceAll('.', '\\.')}[._]\\d`);
  const hasParts = siblings.some((sibling) => sibling !== name && part.test(sibling));
  return hasParts ? undefined : `${folder}V${version}_${step}__${slug}.sql`;
}
