import { engineOfCode } from '../frameworks/code/engine';
import { engineOfFiles } from '../frameworks/engine-of-files';
import { detectFramework, type FolderReading, frameworkByName, readFolder } from '../frameworks/registry';
import { type Catalog, emptyCatalog } from '../model/catalog';
import { defaultEngine, type Engine, type EngineName, engineOf, engineVersionText } from '../model/engine';
import type { FileReport } from '../model/finding';
import type { Migration, Program } from '../model/migration';
import type { Problem } from '../model/result';
import type { Framework, SourceFile } from '../model/run-protocol';
import { sameValue } from '../model/same-value';
import { allRules } from '../rules/registry';
import { isForEngine, type Rule } from '../rules/rule';
import { readSchemaDump } from '../schema/dump';
import { replay } from '../schema/virtual-schema';
import { ActiveRules } from './active-rules';
import type { LintCache, LintedProgram } from './cache';
import { FindingMapper, type PlacedFinding } from './code/findings';
import { asRendered, isCode, SourceMap } from './code/source-map';
import { codeErrors, elsewhereFindings, unreadFindings } from './code/unread';
import { type Configuration, defaultConfiguration, type RuleLevel } from './configuration';
import { otherEngine } from './engine';
import { checkFolder } from './folder';
import { byPlace, checkProgram, ruleContext } from './program';
import { suppressFindings } from './suppressed';

export interface LintInput {
  /** All migration files of one folder, and marker files of its parents (`workspace/read-folder`). */
  readonly files: readonly SourceFile[];
  readonly configuration?: Configuration;
  /** Paths, as in `files`, of those to report on; the others only give the schema. Default: all. */
  readonly paths?: readonly string[];
  /** The text of a schema dump that the first migration starts from. Migrations whose versions it holds are in it already. */
  readonly dump?: string;
  /** Keeps what did not change between two calls. One per folder. */
  readonly cache?: LintCache;
  /** Default: all rules. */
  readonly rules?: readonly Rule[];
}

/** A migration with the schema on which its up runs, and the one that it leaves. */
export interface PlacedMigration {
  readonly migration: Migration;
  readonly before: Catalog;
  readonly after: Catalog;
}

export interface LintedFolder {
  readonly engine: Engine;
  readonly framework: Framework;
  /** Up to the last that was to be reported on; all where none was. */
  readonly migrations: readonly PlacedMigration[];
  /** One per linted file that holds a migration, sorted by path. */
  readonly reports: readonly FileReport[];
  /** What names, versions and order have against files that were not asked for. */
  readonly elsewhere: readonly FileReport[];
  /** Files that could not be read as migrations of the framework. */
  readonly problems: readonly Problem[];
  /** Why nothing here is linted: the project is one of another database. */
  readonly otherEngine?: string;
}

/** The engine that a configuration names, else the one that the files show, else the default one. */
export function engineFor(configuration: Configuration, files: readonly SourceFile[]): Engine {
  const name = configuration.engine ?? engineOfFramework(configuration, files) ?? engineOfFiles(files) ?? defaultEngine.name;
  const { engineVersion } = configuration;
  // A version of another engine says nothing: an editor's setting may be for the workspace's other projects.
  const wanted = engineVersion === undefined ? undefined : engineOf(name, String(engineVersion));
  return wanted ?? engineOf(name, undefined) ?? defaultEngine;
}

/** That of a framework which has only one, and what a project in code says of its own. Frameworks of SQL files have several, and are not asked. */
function engineOfFramework({ framework: name }: Configuration, files: readonly SourceFile[]): EngineName | undefined {
  const named = name === undefined ? undefined : frameworkByName(name);
  const hasCode = files.some(({ path }) => /\.[cm]?[jt]s$/i.test(path));
  const framework = named ?? (hasCode ? detectFramework(files) : undefined);
  return framework?.engine ?? (framework?.rawCall === undefined ? undefined : engineOfCode(files));
}

/**
 * Lints the migrations of one folder, each on the schema that the earlier ones leave. Pure, and never throws on what the files hold;
 * `loadParser` must have resolved.
 */
export function lintFolder(input: LintInput): LintedFolder {
  const configuration = input.configuration ?? defaultConfiguration;
  const engine = engineFor(configuration, input.files);
  const read = readFolder(input.files, {
    engine,
    placeholders: configuration.placeholders,
    ...(configuration.framework !== undefined && { framework: configuration.framework }),
  });
  const other = configuration.engine === undefined && engine.name !== 'mongodb' ? otherEngine(read.framework, input.files) : undefined;
  if (other !== undefined)
    return { engine, framework: read.framework, migrations: [], reports: [], elsewhere: [], problems: [], otherEngine: other };
  const run = new FolderRun(input, configuration, engine, read.framework);
  const dump = input.dump === undefined ? undefined : readSchemaDump(input.dump, engine);
  let before: Catalog = dump?.catalog ?? emptyCatalog;
  // What those that the dump holds did to each other, before it was taken.
  let past: Catalog = emptyCatalog;
  // Those behind the last that is asked for say nothing about it. Who asks for none wants to know the schema.
  const callbacks = (read.framework.readCallbacks?.(input.files, { engine, placeholders: configuration.placeholders }) ?? []).filter(
    (callback) => run.isWanted(callback),
  );
  const last = callbacks.length > 0 ? -1 : read.migrations.findLastIndex((migration) => run.isWanted(migration));
  const asked = last === -1 ? read.migrations : read.migrations.slice(0, last + 1);
  const migrations = asked.map((migration) => {
    const isPast = dump?.applied.has(migration.id) === true;
    const placed = run.lint(migration, isPast ? past : before);
    if (isPast) past = placed.after;
    else before = placed.after;
    return placed;
  });
  for (const callback of callbacks) migrations.push(run.lint(callback, before));
  run.lintFolder(read);
  // What is about one file is told as a finding in it.
  const problems = read.problems.filter(({ path }) => path === undefined);
  return { engine, framework: read.framework, migrations, reports: run.reports(), elsewhere: run.elsewhere(), problems };
}

interface FileFindings {
  readonly programs: Program[];
  readonly findings: PlacedFinding[];
  readonly errors: FileReport['errors'][number][];
}

class FolderRun {
  private readonly texts: ReadonlyMap<string, string>;
  private readonly wanted: ReadonlySet<string>;
  private readonly rules: readonly Rule[];
  private readonly active: ActiveRules;
  private readonly rulesOff: ReadonlySet<string>;
  /** Findings can depend on what other files there are and on what is no migration, such as a tool's configuration. */
  private readonly surroundings: string;
  private readonly linted = new Map<string, FileFindings>();
  private readonly unasked = new Map<string, FileFindings>();

  constructor(
    private readonly input: LintInput,
    private readonly configuration: Configuration,
    private readonly engine: Engine,
    private readonly framework: Framework,
  ) {
    this.texts = new Map(input.files.map((file) => [file.path, file.text]));
    this.wanted = new Set(input.paths ?? this.texts.keys());
    this.rules = input.rules ?? allRules;
    this.active = new ActiveRules(this.rules, (rule) => this.level(rule));
    this.rulesOff = new Set(this.rules.filter((rule) => this.level(rule) === 'off').map(({ id }) => id));
    // Of code, what a migration takes from other files is part of the migration itself.
    const others = input.files.filter((file) => !/\.(sql|[cm]?[jt]s)$/i.test(file.path)).map((file) => file.text);
    this.surroundings = JSON.stringify([framework.name, engine, configuration, [...this.texts.keys()], others]);
  }

  isWanted({ up, down, sender }: Migration): boolean {
    return [up.path, down?.path, sender].some((path) => path !== undefined && this.wanted.has(path));
  }

  /** Lints what is wanted of one migration, on the schema before it. */
  lint(migration: Migration, before: Catalog): PlacedMigration {
    const programs = [migration.up, ...(migration.down === undefined ? [] : [migration.down])];
    const texts = programs.map(({ path }) => this.texts.get(path));
    const known = this.input.cache?.get(migration);
    const unchanged =
      known?.before === before &&
      known.surroundings === this.surroundings &&
      sameValue(known.texts, texts) &&
      sameValue(known.migration, migration);
    const after = unchanged
      ? known.after
      : sameIfEqual(replay(before, migration.up.statements, migration.engine, migration.up.execution), known?.after);
    const linted = new Map<string, LintedProgram>(unchanged ? known.linted : []);
    for (const program of programs) {
      if (!this.wanted.has(program.path) && !this.wanted.has(migration.sender ?? '')) continue;
      const result =
        linted.get(program.direction) ?? this.lintProgram(migration, program, before, program.direction === 'up' ? before : after);
      linted.set(program.direction, result);
      this.add(program, result);
    }
    // Nothing is found in a file that only sends others, but whoever asks for it is answered.
    if (migration.sender !== undefined && this.wanted.has(migration.sender) && !this.linted.has(migration.sender)) {
      this.linted.set(migration.sender, { programs: [], findings: [], errors: [] });
    }
    this.input.cache?.set(migration, { migration, texts, before, after, linted, surroundings: this.surroundings });
    return { migration, before, after };
  }

  /** What concerns names, versions and order. */
  lintFolder({ framework, migrations, problems }: FolderReading): void {
    const folder = { framework, migrations, problems, files: this.input.files };
    for (const finding of checkFolder(folder, this.rules, (rule) => this.level(rule))) {
      const files = this.wanted.has(finding.path) ? this.linted : this.unasked;
      const known = files.get(finding.path);
      if (known === undefined) files.set(finding.path, { programs: [], findings: [finding], errors: [] });
      else known.findings.push(finding);
    }
  }

  /** One report per file, with what its comments suppress taken out. */
  reports(): readonly FileReport[] {
    const paths = [...this.linted.keys()].sort((left, right) => (left < right ? -1 : 1));
    return paths.map((path) => this.report(path));
  }

  /** The same for the others; which of their comments suppress nothing can't be told. */
  elsewhere(): readonly FileReport[] {
    return [...this.unasked].flatMap(([path, found]) => {
      const own = new Set(found.findings.map(({ finding }) => finding));
      const report = this.report(path, found);
      const findings = report.findings.filter((finding) => own.has(finding));
      return findings.length === 0 ? [] : [{ ...report, findings }];
    });
  }

  private report(path: string, found: FileFindings = this.linted.get(path) ?? { programs: [], findings: [], errors: [] }): FileReport {
    const text = this.texts.get(path) ?? '';
    const statements = new Map(found.findings.map(({ finding, statement }) => [finding, statement]));
    const findings = suppressFindings({
      path,
      text,
      ...found,
      findings: [...statements.keys()],
      statementOf: (finding) => statements.get(finding),
      rules: this.rules,
      level: (rule) => this.level(rule),
    });
    return {
      path,
      engine: this.engine.name,
      engineVersion: engineVersionText(this.engine),
      framework: this.framework.name,
      findings: [...findings].sort(byPlace),
      errors: found.errors,
    };
  }

  private lintProgram(migration: Migration, program: Program, origin: Catalog, before: Catalog): LintedProgram {
    const { framework, engine } = this;
    const text = this.texts.get(program.path) ?? '';
    const { rulesOff } = this;
    const { files } = this.input;
    if (isCode(program)) {
      const { up, down, ...rest } = migration;
      const seen = { ...rest, up: asRendered(up), ...(down && { down: asRendered(down) }) };
      const rendering = { program: asRendered(program), text: program.rendering.text, source: text };
      const context = ruleContext({ migration: seen, framework, engine, files, before, origin, rulesOff, ...rendering });
      const mapper = new FindingMapper(new SourceMap(program, text), { framework, engine: migration.engine });
      const findings = checkProgram(context, this.active).map(({ finding, inSource }) =>
        inSource ? { finding } : mapper.finding(finding),
      );
      return { findings: [...findings, ...unreadFindings(program, this.rules, (rule) => this.level(rule))], errors: codeErrors(program) };
    }
    const context = ruleContext({ migration, program, framework, engine, files, text, before, origin, rulesOff });
    const errors = program.statements.flatMap(({ unreadable }) => (unreadable === undefined || unreadable.isElsewhere ? [] : [unreadable]));
    const elsewhere = elsewhereFindings(program, this.rules, (rule) => this.level(rule));
    return { findings: [...checkProgram(context, this.active).map(({ finding }) => ({ finding })), ...elsewhere], errors };
  }

  private level(rule: Rule): RuleLevel {
    return isForEngine(rule, this.engine) ? (this.configuration.rules[rule.id] ?? rule.severity) : 'off';
  }

  private add(program: Program, result: LintedProgram): void {
    const found = this.linted.get(program.path) ?? { programs: [], findings: [], errors: [] };
    this.linted.set(program.path, found);
    found.programs.push(program);
    found.findings.push(...result.findings);
    found.errors.push(...result.errors);
  }
}

/** The old value when the new one says the same, so that what depends on it need not be done again. */
function sameIfEqual(catalog: Catalog, known: Catalog | undefined): Catalog {
  return known !== undefined && sameValue(known, catalog) ? known : catalog;
}
