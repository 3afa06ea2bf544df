import { frameworkByName, notMigration, readFolder } from '../frameworks/registry';
import { type Configuration, defaultConfiguration, parseConfiguration } from '../lint/configuration';
import { engineFor } from '../lint/lint';
import { unknownRules } from '../lint/unknown-rules';
import { type Catalog, emptyCatalog } from '../model/catalog';
import { type Engine, engineDisplayName, engineLabel, engineOf, versionsKnown } from '../model/engine';
import { isOfFile, type Migration } from '../model/migration';
import type { Problem } from '../model/result';
import type { Framework, SourceFile } from '../model/run-protocol';
import { loadParser } from '../parse/load';
import { replay } from '../schema/virtual-schema';
import { type FoundConfiguration, readConfiguration } from '../workspace/configuration-file';
import { type MigrationSource, readMigrationSource } from '../workspace/read-folder';
import { CommandFailure, orFail } from './failure';
import type { CommonOptions } from './options';
import { note } from './output';

/** What the options and `faultline.json` say together; options win. */
export interface Settings {
  readonly engine: Engine;
  readonly framework?: string;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly configuration: Configuration;
}

/** A folder of migrations, read. */
export interface LoadedFolder {
  readonly source: MigrationSource;
  readonly settings: Settings;
  readonly framework: Framework;
  readonly migrations: readonly Migration[];
  /** What could not be read as a migration, and why. */
  readonly problems: readonly Problem[];
}

/** A migration file with the schema that its predecessors make. */
export interface LoadedMigration extends LoadedFolder {
  readonly migration: Migration;
  readonly before: Catalog;
}

/**
 * Joins the options with the configuration file: the one that `--config` names, or the one that was found near the migrations. Where neither says what
 * engine it is for, the files may show it.
 */
export async function resolveSettings(
  options: CommonOptions,
  found: FoundConfiguration | undefined,
  files: readonly SourceFile[] = [],
): Promise<Settings> {
  const file = options.config === undefined ? found : orFail(await readConfiguration(options.config));
  const configuration = file === undefined ? defaultConfiguration : orFail(parseConfiguration(file.text));
  const [unknownRule] = unknownRules(configuration);
  if (unknownRule !== undefined) throw new CommandFailure(unknownRule.message);
  const name = options.engine ?? engineFor(configuration, files).name;
  const engine =
    options.engineVersion === undefined ? engineFor({ ...configuration, engine: name }, files) : engineOf(name, options.engineVersion);
  if (engine === undefined) {
    throw new CommandFailure(
      `${engineDisplayName(name)} ${options.engineVersion} is not known here: --engine-version takes ${versionsKnown(name)}`,
    );
  }
  if (options.engineVersion === undefined) await tellOtherVersion(configuration.engineVersion, engine);
  const framework = options.framework ?? configuration.framework;
  return {
    engine,
    placeholders: { ...configuration.placeholders, ...options.placeholder },
    configuration,
    ...(framework === undefined ? {} : { framework }),
  };
}

const told = new Set<string>();

/** A version that is one of another database is left aside, since a repository may hold both. Where it was meant for this one, that matters. */
async function tellOtherVersion(wanted: Configuration['engineVersion'], engine: Engine): Promise<void> {
  if (wanted === undefined || engineOf(engine.name, String(wanted)) !== undefined) return;
  const text = `faultline.json: "engineVersion": ${wanted} is no version of ${engineDisplayName(engine.name)} that is known here (${versionsKnown(engine.name)}): read as ${engineLabel(engine)}`;
  if (told.has(text)) return;
  told.add(text);
  await note(`faultline: ${text}`);
}

/** Reads a file with its siblings, or a folder, into migrations. */
export async function loadFolder(path: string, options: CommonOptions): Promise<LoadedFolder> {
  const source = orFail(await readMigrationSource(path));
  const settings = await resolveSettings(options, source.configuration, source.files);
  await loadParser();
  if (settings.framework !== undefined && frameworkByName(settings.framework) === undefined) {
    throw new CommandFailure(`there is no framework "${settings.framework}"`);
  }
  const { framework, migrations, problems } = readFolder(source.files, {
    engine: settings.engine,
    placeholders: settings.placeholders,
    ...(settings.framework === undefined ? {} : { framework: settings.framework }),
  });
  return { source, settings, framework, migrations, problems };
}

/**
 * The migrations of one file, each with what comes before it replayed: one, but for tools that keep several in a file (changesets of Liquibase).
 * At least one; in the order in which they run.
 */
export async function loadMigrations(path: string, options: CommonOptions): Promise<readonly LoadedMigration[]> {
  const folder = await loadFolder(path, options);
  const { source, migrations, framework, problems } = folder;
  if (source.target === undefined) throw new CommandFailure(`${path} is a folder: give one migration file`);
  const isMeant = (migration: Migration) => isOfFile(migration, source.target);
  const found: LoadedMigration[] = [];
  let before = emptyCatalog;
  // What comes behind the last of them is not replayed, but for a callback, which runs on what all of them leave.
  const last = migrations.findLastIndex(isMeant);
  for (const migration of last === -1 ? migrations : migrations.slice(0, last + 1)) {
    if (isMeant(migration)) found.push({ ...folder, migration, before });
    before = replay(before, migration.up.statements, migration.engine, migration.up.execution);
  }
  if (found.length > 0) return found;
  const callback = framework
    .readCallbacks?.(source.files, { engine: folder.settings.engine, placeholders: folder.settings.placeholders })
    .find(({ up }) => up.path === source.target);
  if (callback === undefined) throw new CommandFailure(notMigration(source.target, framework, problems));
  return [{ ...folder, migration: callback, before }];
}
