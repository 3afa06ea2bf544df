import type { MigrationCommand } from '../model/migration-command';
import { argumentFrom, folderPart, inFolder, namePart, type ProjectFile, type ProjectFiles, titled } from './commands-files';
import { pythonProgram } from './commands-launcher';

type Detector = (files: ProjectFiles) => readonly MigrationCommand[];

/** The address as an argument. Its `?` would be a pattern to a shell. */
const url = '"{url}"';

/** What stands at the top of a project, from where people call such programs. */
const projectMarkers = ['go.mod', 'package.json', 'Gemfile', 'pyproject.toml', 'Cargo.toml', 'mix.exs', 'Makefile'];

// Flyway and Liquibase read their address from variables of their own, which are set with the others.
const flyway: Detector = (files) =>
  filesNamed(files, ['flyway.conf', 'flyway.toml', 'flyway.user.toml']).map(({ path }) => {
    // Flyway's own installation keeps its settings in conf/.
    const folder = namePart(folderPart(path)) === 'conf' ? folderPart(folderPart(path)) : folderPart(path);
    return titled('flyway migrate', folder, path);
  });

const liquibase: Detector = (files) =>
  filesNamed(files, ['liquibase.properties']).map(({ path }) => titled('liquibase update', folderPart(path), path));

const atlas: Detector = (files) =>
  filesNamed(files, ['atlas.hcl']).map(({ path }) => ({
    title: 'atlas migrate apply',
    command: `atlas migrate apply --url ${url}`,
    directory: folderPart(path),
    why: path,
  }));

/** Alembic, alone or under Flask-Migrate, which keeps alembic.ini among its migrations. */
const alembic: Detector = (files) =>
  filesNamed(files, ['alembic.ini']).map(({ path }) => {
    const folder = folderPart(path);
    const environment = files.text(inFolder(folder, 'env.py')) ?? '';
    if (/\bflask\b/.test(environment)) {
      const project = folderPart(folder);
      return titled(pythonProgram(files, project, 'flask db upgrade'), project, `${inFolder(folder, 'env.py')} is Flask-Migrate’s`);
    }
    return titled(pythonProgram(files, folder, 'alembic upgrade head'), folder, path);
  });

const django: Detector = (files) =>
  filesNamed(files, ['manage.py'])
    .filter(({ text }) => /\bdjango\b/.test(text))
    .map(({ path }) => titled(pythonProgram(files, folderPart(path), 'python manage.py migrate'), folderPart(path), path));

const rails: Detector = (files) =>
  files.all
    .filter(({ path }) => path === 'bin/rails' || path.endsWith('/bin/rails'))
    .map(({ path }) => titled('bin/rails db:migrate', folderPart(folderPart(path)), path));

const phoenix: Detector = (files) =>
  filesNamed(files, ['mix.exs'])
    .filter(({ text }) => /:ecto_sql\b/.test(text))
    .map(({ path }) => titled('mix ecto.migrate', folderPart(path), path));

const laravel: Detector = (files) =>
  filesNamed(files, ['artisan']).map(({ path }) => titled('php artisan migrate --force', folderPart(path), path));

const sqlx: Detector = (files) =>
  filesNamed(files, ['Cargo.toml'])
    .filter(({ path, text }) => /^\s*sqlx\s*=/m.test(text) && sqlFolders(files, inFolder(folderPart(path), 'migrations')).length > 0)
    .map(({ path }) => titled('sqlx migrate run', folderPart(path), path));

/** Tools whose migrations are SQL files: the folder is known by what the first file of it says. */
const bySqlFolder: Detector = (files) =>
  sqlFolders(files).flatMap(({ path, text }) => {
    const folder = folderPart(path);
    if (/^\s*--\s*\+goose\s+Up\b/im.test(text)) {
      const project = files.projectOf(folder, projectMarkers, folderPart(folder));
      const why = `${path} is marked for goose`;
      return [{ title: 'goose up', command: `goose -dir ${argumentFrom(project, folder)} postgres ${url} up`, directory: project, why }];
    }
    if (/^\s*--\s*migrate:up\b/im.test(text)) {
      const project = files.projectOf(folder, projectMarkers, folderPart(folder));
      const where = argumentFrom(project, folder);
      const directory = where === 'db/migrations' ? '' : ` --migrations-dir ${where}`;
      // `up` would also write schema.sql into the workspace, and make the database, which is there.
      return [
        {
          title: 'dbmate migrate',
          command: `dbmate --no-dump-schema${directory} --url ${url} migrate`,
          directory: project,
          why: `${path} is marked for dbmate`,
        },
      ];
    }
    const module = files.nearest(folder, ['go.mod']);
    if (module !== undefined && /\.up\.sql$/.test(path) && /golang-migrate\/migrate/.test(files.text(module) ?? '')) {
      const project = folderPart(module);
      const command = `migrate -path ${argumentFrom(project, folder)} -database ${url} up`;
      return [{ title: 'migrate up', command, directory: project, why: `${module} requires golang-migrate` }];
    }
    return [];
  });

const detectors: readonly Detector[] = [flyway, liquibase, atlas, alembic, django, rails, phoenix, laravel, sqlx, bySqlFolder];

/** Commands of tools that are no Node packages. */
export function otherToolCommands(files: ProjectFiles): readonly MigrationCommand[] {
  return detectors.flatMap((detect) => detect(files));
}

function filesNamed(files: ProjectFiles, names: readonly string[]): readonly ProjectFile[] {
  return files.all.filter(({ path }) => names.includes(namePart(path)));
}

/** One SQL file of each folder: below `within` when that is given. */
function sqlFolders(files: ProjectFiles, within?: string): readonly ProjectFile[] {
  const first = new Map<string, ProjectFile>();
  for (const file of files.all) {
    const folder = folderPart(file.path);
    const inside = within === undefined || folder === within || folder.startsWith(`${within}/`);
    if (file.path.endsWith('.sql') && inside && !first.has(folder)) first.set(folder, file);
  }
  return [...first.values()];
}
