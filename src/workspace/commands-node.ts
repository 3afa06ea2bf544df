import type { MigrationCommand } from '../model/migration-command';
import { argumentFrom, folderPart, namePart, type ProjectFile, type ProjectFiles, titled } from './commands-files';
import { nodeProgram } from './commands-launcher';
import { isObject, type Manifest, parse, readManifest } from './commands-manifest';
import { scriptCalls } from './commands-scripts';

/** A tool of the Node world: the file by which it is known, and what runs it. */
interface NodeTool {
  readonly tool: string;
  readonly file: (file: ProjectFile, files: ProjectFiles) => boolean;
  /** The program with its arguments. `project` is the folder of the package; `manifest` its package.json. */
  readonly program: (file: ProjectFile, project: string, manifest: Manifest | undefined) => string;
}

const code = '(js|cjs|mjs|ts|cts|mts)';
const named = (pattern: string) => (file: ProjectFile) => new RegExp(`^${pattern}$`).test(namePart(file.path));
const dependsOn = (dependency: string) => (file: ProjectFile) =>
  namePart(file.path) === 'package.json' && readManifest(file.text)?.dependencies.has(dependency) === true;

const nodeTools: readonly NodeTool[] = [
  {
    tool: 'knex',
    file: named(`knexfile\\.${code}`),
    program: (file, project) => `knex migrate:latest${option('--knexfile', file, project)}`,
  },
  {
    tool: 'typeorm',
    // The class DataSource is TypeORM's; Prisma and others have data sources too.
    file: (file) =>
      named(`(ormconfig|.*data-?source.*)\\.${code}`)(file) && /\btypeorm\b/.test(file.text) && /\bnew DataSource\b/.test(file.text),
    program: (file, project, manifest) => {
      const runner = /\.[cm]?ts$/.test(file.path) ? `typeorm-ts-node-${manifest?.type === 'module' ? 'esm' : 'commonjs'}` : 'typeorm';
      return `${runner} migration:run -d ${argumentFrom(project, file.path)}`;
    },
  },
  {
    tool: 'sequelize-cli',
    file: (file, files) =>
      named('\\.sequelizerc')(file) ||
      (dependsOn('sequelize-cli')(file) && files.nearest(folderPart(file.path), ['.sequelizerc']) === undefined),
    program: () => 'sequelize-cli db:migrate',
  },
  {
    tool: 'drizzle-kit',
    file: named(`drizzle\\.config\\.(${code}|json)`),
    program: () => 'drizzle-kit migrate',
  },
  {
    tool: 'db-migrate',
    file: (file) => named('database\\.json')(file) && isDatabaseSettings(parse(file.text)),
    program: () => 'db-migrate up',
  },
  {
    tool: 'migrate-mongo',
    file: named('migrate-mongo-config\\.[cm]?js'),
    program: (file, project) => `migrate-mongo up${option('-f', file, project)}`,
  },
  // Its program is called `migrate`, as several others are.
  { tool: 'ts-migrate-mongoose', file: dependsOn('ts-migrate-mongoose'), program: () => 'migrate up' },
  { tool: 'node-pg-migrate', file: dependsOn('node-pg-migrate'), program: () => 'node-pg-migrate up' },
  {
    tool: 'prisma',
    file: (file) => named('schema\\.prisma')(file) && /\bdatasource\b/.test(file.text),
    program: (file, project, manifest) => {
      const path = argumentFrom(project, file.path);
      const known = ['schema.prisma', 'prisma/schema.prisma', manifest?.prismaSchema?.replace(/^\.\//, '')].includes(path);
      return `prisma migrate deploy${known ? '' : ` --schema ${path}`}`;
    },
  },
  { tool: 'mikro-orm', file: named(`mikro-orm\\.config\\.${code}`), program: () => 'mikro-orm migration:up' },
  { tool: 'graphile-migrate', file: named('\\.gmrc(\\.js)?'), program: () => 'graphile-migrate migrate' },
];

/** The bare programs of Node tools, where no script of the package runs them already. */
export function nodeToolCommands(files: ProjectFiles): readonly MigrationCommand[] {
  return nodeTools.flatMap((tool) => {
    const seen = new Set<string>();
    return files.all
      .filter((file) => tool.file(file, files))
      .flatMap((file) => {
        const folder = folderPart(file.path);
        const project = files.projectOf(folder, ['package.json']);
        const manifestPath = files.nearest(folder, ['package.json']);
        const manifest = readManifest(manifestPath === undefined ? undefined : files.text(manifestPath));
        const command = nodeProgram(files, project, tool.program(file, project, manifest));
        if (scriptCalls(files, project, tool.tool) || seen.has(`${project} ${command}`)) return [];
        seen.add(`${project} ${command}`);
        return [titled(command, project, namePart(file.path) === 'package.json' ? `package.json: ${tool.tool}` : file.path)];
      });
  });
}

/** Programs of the project's own that call a library's migrator: umzug, Drizzle, Kysely, and the programming interfaces of others. */
const migrators: readonly { readonly library: string; readonly pattern: RegExp; readonly argument?: (text: string) => string }[] = [
  { library: 'umzug', pattern: /['"]umzug['"]/, argument: (text) => (/\brunAsCLI\b/.test(text) ? ' up' : '') },
  { library: 'drizzle-orm', pattern: /['"]drizzle-orm\/[\w-]+\/migrator['"]/ },
  { library: 'kysely', pattern: /\bnew Migrator\b[\s\S]*\bmigrateToLatest\b/ },
  { library: 'knex', pattern: /['"]knex['"][\s\S]*\bmigrate\s*\.\s*latest\b/ },
  { library: 'typeorm', pattern: /\brunMigrations\b/ },
  { library: 'node-pg-migrate', pattern: /['"]node-pg-migrate['"][\s\S]*\b(runner|migrate)\b/ },
  { library: 'postgres-migrations', pattern: /['"]postgres-migrations['"]/ },
];

/** Scripts that node can run as they are, called like migrations, and that no script of package.json names. */
export function migratorCommands(files: ProjectFiles): readonly MigrationCommand[] {
  return files.all.filter(named('[\\w.-]*(migrat|umzug)[\\w.-]*\\.(js|cjs|mjs)')).flatMap(({ path, text }) => {
    const found = migrators.find(({ pattern }) => pattern.test(text));
    const project = files.projectOf(folderPart(path), ['package.json']);
    const argument = argumentFrom(project, path);
    const scripts = Object.values(readManifest(files.text(project === '' ? 'package.json' : `${project}/package.json`))?.scripts ?? {});
    if (found === undefined || scripts.some((script) => script.includes(namePart(path)))) return [];
    return [titled(`node ${argument}${found.argument?.(text) ?? ''}`, project, `${path} calls ${found.library}`)];
  });
}

/** An option with the path of the configuration, when it does not lie where the tool looks by itself. */
function option(name: string, file: ProjectFile, project: string): string {
  return folderPart(file.path) === project ? '' : ` ${name} ${argumentFrom(project, file.path)}`;
}

/** db-migrate's settings: environments with a driver or an address. Anything may be called database.json. */
function isDatabaseSettings(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).some((environment) => isObject(environment) && ('driver' in environment || 'ENV' in environment));
}
