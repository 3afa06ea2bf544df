import { enginesIn, isDatabaseSettings } from '../../model/database-settings';
import type { EngineName } from '../../model/engine';
import type { SourceFile } from '../../model/run-protocol';
import { driversOf } from './drivers';
import { ownCode } from './migration-classes';

/**
 * The engine that the migrations in code of a folder are for: what the tool's configuration names, else what the project depends on, else what
 * the SQL in them shows. Undefined where none of them tells, or the project has several.
 */
export function engineOfCode(files: readonly SourceFile[]): EngineName | undefined {
  const configured = configuredEngine(files);
  if (configured !== undefined) return configured;
  const [nearest] = driversOf(files).filter(({ engines }) => engines.length > 0);
  const [only, ...others] = nearest?.engines ?? [];
  // The driver of MariaDB beside that of MySQL: nobody needs the first for a server of the second.
  if (others.length > 0 && nearest?.engines.every((engine) => engine === 'mysql' || engine === 'mariadb')) return 'mariadb';
  return only !== undefined && others.length === 0 ? only : shownEngine(files);
}

/** What the nearest files of settings name, each one engine. Undefined where they contradict each other: a project can have two databases. */
function configuredEngine(files: readonly SourceFile[]): EngineName | undefined {
  const settings = files
    .filter(({ path }) => isDatabaseSettings(path))
    .flatMap(({ path, text }) => {
      const [only, ...others] = enginesIn(text);
      return only !== undefined && others.length === 0 ? [{ engine: only, levels: path.split('../').length }] : [];
    });
  const nearest = Math.min(...settings.map(({ levels }) => levels));
  const [only, ...others] = new Set(settings.filter(({ levels }) => levels === nearest).map(({ engine }) => engine));
  return others.length === 0 ? only : undefined;
}

/** What only MySQL and MariaDB take, in strings of SQL: names between backticks, options of tables. */
const mysqlMarks =
  /\b(?:table|into|update|from|index)\s+\\?`\w+\\?`|\bauto_increment\b|\bengine\s*=\s*(?:innodb|myisam|aria)\b|\bon\s+update\s+current_timestamp\b|\bon\s+duplicate\s+key\b|\b(?:modify|change)\s+column\b/i;
/** What they would refuse. */
const otherMarks =
  /\b(?:table|into|update|index)\s+\\?"\w+\\?"|::\s*(?:text|int|uuid|jsonb?|regclass|timestamp)|\btimestamptz\b|\bconcurrently\b|\$\$|\buuid_generate_v4\b|\bgen_random_uuid\b|\bTYPE\s+\S+\s+AS\s+ENUM\b/i;

function shownEngine(files: readonly SourceFile[]): EngineName | undefined {
  const texts = ownCode(files).map(({ text }) => text);
  return texts.some((text) => mysqlMarks.test(text)) && !texts.some((text) => otherMarks.test(text)) ? 'mysql' : undefined;
}
