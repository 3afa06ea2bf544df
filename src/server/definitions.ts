import type { PlacedMigration } from '../lint/lint';
import type { Catalog } from '../model/catalog';
import type { Program, Statement } from '../model/migration';
import type { Position, Range, Span } from '../model/text';
import { LineIndex } from '../parse/lines';
import { replaySteps } from '../schema/virtual-schema';
import { type Analysis, pathInFolder, programsInFile, shownStatements, textOf } from './analysis';
import { codeNames, type NameToken, sqlNames } from './name-tokens';
import { isSame, type Moment, type NamedObject, namedObjects, nameIn } from './named-objects';

/** A place in a file of the folder. */
export interface Place {
  readonly path: string;
  readonly range: Range;
}

/** Where what is named at a place was created: the name in the statement that did it, in this migration or an earlier one. */
export function definitionsAt(analysis: Analysis, position: Position): readonly Place[] {
  const migrations = analysis.allMigrations();
  return objectsAt(analysis, migrations, position).flatMap((object) => {
    const created = creationOf(object, migrations);
    return created === undefined ? [] : [placeIn(analysis, created, object)];
  });
}

/** Every place in the folder's migrations and rollbacks that names the same, under whatever name it had there. */
export function referencesAt(analysis: Analysis, position: Position, includeDeclaration: boolean): readonly Place[] {
  const migrations = analysis.allMigrations();
  const objects = objectsAt(analysis, migrations, position);
  const declarations = includeDeclaration ? [] : definitionsAt(analysis, position);
  if (objects.length === 0) return [];
  const names = new Set(
    migrations.flatMap(({ before, after }) =>
      objects.flatMap((object) => [nameIn(before, object), nameIn(after, object)].flatMap((name) => name?.toLowerCase() ?? [])),
    ),
  );
  const found = migrations.flatMap((placed) =>
    programsOf(placed).flatMap(({ program, before }) => {
      // What is made and gone again within one migration has no name between migrations, and is named in that one alone.
      const text = textOf({ files: analysis.files, name: program.path }).toLowerCase();
      const mayName = names.size === 0 ? placed.migration.id === analysis.migration.id : [...names].some((name) => text.includes(name));
      return mayName ? mentions(analysis, placed, program, before, objects) : [];
    }),
  );
  return found.filter((place, index) => {
    const isAt = (other: Place) => samePlace(other, place);
    return found.findIndex(isAt) === index && !declarations.some(isAt);
  });
}

function samePlace(left: Place, right: Place): boolean {
  const [one, other] = [left.range, right.range];
  return left.path === right.path && one.start.line === other.start.line && one.start.character === other.start.character;
}

interface PlacedProgram {
  readonly program: Program;
  /** The schema that it begins on. */
  readonly before: Catalog;
}

function programsOf({ migration, before, after }: PlacedMigration): readonly PlacedProgram[] {
  const { up, down } = migration;
  return [{ program: up, before }, ...(down === undefined ? [] : [{ program: down, before: after }])];
}

function momentOf({ migration }: PlacedMigration, { program, before }: PlacedProgram, statement: Statement): Moment {
  const { engine } = migration;
  const steps = replaySteps(before, program.statements, engine, program.execution);
  const place = program.statements.indexOf(statement);
  return { before: steps[place] ?? before, after: steps[place + 1] ?? before, engine };
}

/** What the word at a place names. */
function objectsAt(analysis: Analysis, migrations: readonly PlacedMigration[], position: Position): readonly NamedObject[] {
  const own = new Set(programsInFile(analysis).map(({ direction }) => direction));
  const placed = migrations.findLast(
    ({ migration }) => migration.id === analysis.migration.id && migration.up.path === analysis.migration.up.path,
  );
  if (placed === undefined) return [];
  const offset = new LineIndex(textOf(analysis)).offset(position);
  const named = programsOf(placed)
    .filter(({ program }) => own.has(program.direction) && program.path === analysis.name)
    .flatMap((one) =>
      namesOf(analysis, placed, one.program).flatMap(({ statement, tokens }) => {
        const token = tokens.find(({ start, end }) => start <= offset && offset <= end);
        return token === undefined ? [] : namedObjects(token, tokens, momentOf(placed, one, statement));
      }),
    );
  return named.filter((object, index) => named.findIndex((other) => isSame(other, object)) === index);
}

interface StatementNames {
  readonly statement: Statement;
  readonly tokens: readonly NameToken[];
}

/** The words of each statement where it shows in its file. */
function namesOf(analysis: Analysis, { migration }: PlacedMigration, program: Program): readonly StatementNames[] {
  const file = { files: analysis.files, name: program.path };
  const text = textOf(file);
  const lines = new LineIndex(text);
  const isCode = program.rendering !== undefined || /\.[cm]?[jt]s$/i.test(program.path);
  return shownStatements(file, program).map(({ statement, range }) => {
    const span: Span = lines.span(range);
    return { statement, tokens: isCode ? codeNames(text, program.path, span) : sqlNames(text, span, migration.engine) };
  });
}

interface Creation {
  readonly placed: PlacedMigration;
  readonly program: PlacedProgram;
  readonly statement: Statement;
}

/** The first statement after which it exists. Undefined for what was there before all migrations. */
function creationOf(object: NamedObject, migrations: readonly PlacedMigration[]): Creation | undefined {
  const placed = migrations.find(({ before, after }) => nameIn(before, object) === undefined && nameIn(after, object) !== undefined);
  const candidates = placed === undefined ? migrations : [placed];
  for (const candidate of candidates) {
    for (const program of programsOf(candidate)) {
      // What a migration makes and drops again exists in between alone.
      if (placed === undefined && nameIn(program.before, object) !== undefined) return undefined;
      const statement = program.program.statements.find((one) => {
        const { before, after } = momentOf(candidate, program, one);
        return nameIn(before, object) === undefined && nameIn(after, object) !== undefined;
      });
      if (statement !== undefined) return { placed: candidate, program, statement };
    }
  }
  return undefined;
}

/** The name in the statement that creates it; the statement where the name stands nowhere, such as one that the server chose. */
function placeIn(analysis: Analysis, { placed, program, statement }: Creation, object: NamedObject): Place {
  const [first] = mentions(analysis, placed, program.program, program.before, [object], statement);
  if (first !== undefined) return first;
  const file = { files: analysis.files, name: program.program.path };
  const shown = shownStatements(file, program.program).find((one) => one.statement === statement);
  return { path: pathInFolder(analysis, file.name), range: shown?.range ?? statement.range };
}

/** Where the statements of a program, or one of them, name objects. */
function mentions(
  analysis: Analysis,
  placed: PlacedMigration,
  program: Program,
  before: Catalog,
  objects: readonly NamedObject[],
  only?: Statement,
): readonly Place[] {
  const lines = new LineIndex(textOf({ files: analysis.files, name: program.path }));
  const path = pathInFolder(analysis, program.path);
  return namesOf(analysis, placed, program).flatMap(({ statement, tokens }) => {
    if (only !== undefined && statement !== only) return [];
    const moment = momentOf(placed, { program, before }, statement);
    const called = new Set(
      objects.flatMap((object) => [nameIn(moment.before, object), nameIn(moment.after, object)].map((name) => name?.toLowerCase())),
    );
    return tokens
      .filter(({ names }) => names.some((name) => called.has(name.toLowerCase())))
      .filter((token) => namedObjects(token, tokens, moment).some((found) => objects.some((object) => isSame(object, found))))
      .map((token) => ({ path, range: lines.range(token) }));
  });
}
