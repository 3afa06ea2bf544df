import type { MigrationCommand } from '../model/migration-command';
import { folderPart, namePart, type ProjectFiles } from './commands-files';
import { nodeScript } from './commands-launcher';
import { readManifest } from './commands-manifest';

/** Programs that migrate a database, and the words by which they do: a script that says so is a migration command. */
const migratingTexts: readonly { readonly tool: string; readonly pattern: RegExp }[] = [
  { tool: 'knex', pattern: /\bknex(\.js)?\b.*\bmigrate:(latest|up|list-and-run)\b/ },
  { tool: 'typeorm', pattern: /\btypeorm\S*\b.*\bmigrations?:run\b/ },
  { tool: 'sequelize-cli', pattern: /\bsequelize(-cli)?\b.*\bdb:migrate(?![:\w])/ },
  { tool: 'drizzle-kit', pattern: /\bdrizzle-kit\b.*\bmigrate\b/ },
  { tool: 'db-migrate', pattern: /\bdb-migrate\b.*\bup\b/ },
  { tool: 'node-pg-migrate', pattern: /\bnode-pg-migrate\b/ },
  { tool: 'prisma', pattern: /\bprisma\b.*\bmigrate\s+deploy\b/ },
  { tool: 'mikro-orm', pattern: /\bmikro-orm\S*\b.*\bmigration:up\b/ },
  { tool: 'graphile-migrate', pattern: /\bgraphile-migrate\b.*\bmigrate\b/ },
  { tool: 'dbmate', pattern: /\bdbmate\b.*\b(up|migrate)\b/ },
  { tool: 'goose', pattern: /\bgoose\b.*\bup\b/ },
  { tool: 'golang-migrate', pattern: /(^|[\s/])migrate\s.*-path\b.*\bup\b/ },
  { tool: 'flyway', pattern: /\bflyway\b.*\bmigrate\b/ },
  { tool: 'liquibase', pattern: /\bliquibase\b.*\bupdate\b/ },
  { tool: 'atlas', pattern: /\batlas\s+migrate\s+apply\b/ },
  { tool: 'alembic', pattern: /\balembic\b.*\bupgrade\b/ },
  { tool: 'psql', pattern: /\bpsql\b.*\s(-f|--file)\b/ },
];

/** A script that is called so, and whatever it calls: `migrate`, `db:migrate`, `migrations:run`, `migrate-up`. */
const migratingName = /^(\w+[:._-])*migrat(e|ions?)([:._-](up|run|latest|deploy|apply|prod|production|all|db))*$/i;

/** What is called like a migration and does something else: takes back, writes files, shows, checks. */
const otherName =
  /(^|[:._-])(pre|post)?(down|undo|rollback|revert|redo|create|make|new|add|gen|generate|generator|status|list|show|reset|fresh|drop|dev|diff|check|lint|test|unlock|baseline|init|fake|seed|dry|dryrun|pull|push|rename|watch)([:._-]|$)/i;
const otherText =
  /\b(migrate:(rollback|down|make|list|status|unlock|currentVersion)|migration:(revert|generate|create|show)|(node-pg-migrate|db-migrate|dbmate|goose)\s.*\b(down|redo|create|reset|rollback))\b|:undo\b/;
/** Several commands in one line: only a script that is called a migration is one then. `start` may migrate first, and then never end. */
const severalCommands = /&&|\|\||;|\|/;

/** The scripts of every package.json that migrate a database, and which tools they call there. */
export function scriptCommands(files: ProjectFiles): readonly MigrationCommand[] {
  return files.all
    .filter(({ path }) => namePart(path) === 'package.json')
    .flatMap(({ path, text }) => {
      const directory = folderPart(path);
      const scripts = Object.entries(readManifest(text)?.scripts ?? {});
      return scripts
        .filter(([name, script]) => migrates(name, script) && !isHook(name, scripts))
        .map(([name, script]) => {
          const command = `${nodeScript(files, directory, name)}${missingDirection(script)}`;
          return { title: command, command, directory, why: `package.json: "${name}": "${script}"` };
        });
    });
}

/** Does some script of this folder already run the tool? Then nobody needs to be shown the bare program as well. */
export function scriptCalls(files: ProjectFiles, directory: string, tool: string): boolean {
  const pattern = migratingTexts.find((candidate) => candidate.tool === tool)?.pattern;
  const scripts = readManifest(files.text(directory === '' ? 'package.json' : `${directory}/package.json`))?.scripts ?? {};
  return Object.entries(scripts).some(([name, script]) => pattern?.test(script) === true && migrates(name, script));
}

function migrates(name: string, script: string): boolean {
  if (otherName.test(name) || otherText.test(script)) return false;
  if (migratingName.test(name)) return true;
  return migratingTexts.some(({ pattern }) => pattern.test(script)) && (/migrat/i.test(name) || !severalCommands.test(script));
}

/** `premigrate` runs by itself before `migrate`. */
function isHook(name: string, scripts: readonly (readonly [string, string])[]): boolean {
  const about = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return scripts.some(([other]) => other === about);
}

/** node-pg-migrate's manual has a script that only names it, to be called with the direction behind. */
function missingDirection(script: string): string {
  return /\bnode-pg-migrate\b(?!.*\b(up|down|redo|create)\b)/.test(script) ? ' up' : '';
}
