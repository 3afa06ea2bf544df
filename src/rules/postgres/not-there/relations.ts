import { didYouMean } from '../../../model/nearest';
import type { ObjectName } from '../../../model/operation';
import { temporarySchema } from '../../../model/temporary';
import { findTable, type SearchedCatalog } from '../../../schema/lookup';
import { type RuleContext, type Step, shownName } from '../../context';
import { escapedName, type Missing } from '../../names';
import { onceForFolder } from '../../once';

/** From how many tables on, all of them made by the folder's migrations, it is taken for the whole database. */
const enoughTables = 3;

/** Extensions that bring no tables or views along: others may be what has the name. */
const withoutRelations = new Set(
  'btree_gin btree_gist citext cube dblink earthdistance fuzzystrmatch hstore intarray isn ltree moddatetime pg_trgm pgcrypto plpgsql plv8 seg tablefunc tsm_system_rows unaccent uuid-ossp vector xml2'.split(
    ' ',
  ),
);

/** What makes relations in ways that are not read: foreign schemas, other files, functions of extensions. */
const madeElsewhere = onceForFolder((files) =>
  files.some(({ text }) => /\bimport\s+foreign\s+schema\b|^\s*\\i|\bcreate_(?:hypertable|distributed_table|parent)\b/im.test(text)),
);

/** Where migration tools keep their history. */
const bookkeeping = /migrat|schema_(?:history|version|info)|changelog|_lock$/i;

/**
 * A table or view of which it is certain that nothing makes it before this statement. Of a folder that alters tables which it doesn't make, or
 * refers to some, nothing is certain.
 */
export function missingRelation(context: RuleContext, step: Step, name: ObjectName): Missing | undefined {
  const shown = shownName(name);
  const lost = new RegExp(
    `\\bdrop\\s+(?:foreign\\s+table|materialized\\s+view|table|view|sequence)\\s[^;]*?${dotted(name.name)}|\\balter\\s[^;]*?${dotted(name.name)}\\s+(?:rename\\s+to|set\\s+schema)\\b`,
    'i',
  );
  const others = context.files.filter(({ path }) => path !== context.program.path);
  if (isOfNobody(context, step, name)) return undefined;
  if (others.some(({ text }) => isMadeIn(text, name.name)) && others.some(({ text }) => lost.test(text))) {
    return {
      message: `There is no ${shown} any more: an earlier migration drops or renames it`,
      code: '42P01',
      help: 'Use its new name, or what has taken its place.',
    };
  }
  const word = new RegExp(`(?<![\\w$])${escapedName(name.name)}(?![\\w$])`, 'i');
  if (others.some(({ text }) => word.test(text)) || isMadeIn(context.text, name.name)) {
    return undefined;
  }
  const known = context.before.tables.filter(({ persistence }) => persistence !== 'temporary');
  if (known.length < enoughTables) return undefined;
  const names = [...known, ...step.before.definitions, ...step.before.sequences].map((object) => object.name);
  return {
    message: `No migration makes ${shown}, though they make all else that they use`,
    code: '42P01',
    help: `Check the name.${didYouMean(name.name, names)} ${ifElsewhere}`,
  };
}

/** A table or view that is there, but in none of the schemas that a function looks in as its own SET search_path says. */
export function unsearchedRelation(context: RuleContext, step: Step, name: string, searchPath: readonly string[]): Missing | undefined {
  const { before } = step;
  // Of what else is in a schema that the migrations did not make, they say nothing.
  const isKnown = (schema: string) => schema.startsWith('pg_') || (schema !== 'public' && isWhole(context, before, schema));
  if (madeElsewhere(context) || !searchPath.every(isKnown)) return undefined;
  const views = before.definitions.filter(({ kind }) => kind === 'view' || kind === 'materialized view');
  const found = [...before.tables, ...views].find((object) => object.name === name && object.schema !== temporarySchema);
  if (found === undefined) return undefined;
  return {
    message: `${name} is in the schema ${found.schema}, and this function's search_path is ${searchPath.length === 0 ? 'empty' : searchPath.join(', ')}`,
    code: '42P01',
    help: `Write ${found.schema}.${name}.`,
  };
}

/** Of the server's own, and of extensions that bring no relations along (manual, "Trigger Functions", `spi`, `lo`). */
const triggerFunctions =
  /^(?:suppress_redundant_updates_trigger|tsvector_update_trigger(?:_column)?|ri_fkey_\w+|moddatetime|autoinc|insert_username|check_primary_key|check_foreign_key|lo_manage)$/;

/** The function of a trigger, where it is certain that none of its name is there. */
export function missingFunction(context: RuleContext, step: Step, name: ObjectName): Missing | undefined {
  const made = context.before.tables.filter(({ persistence }) => persistence !== 'temporary');
  if (triggerFunctions.test(name.name) || made.length < enoughTables || isOfNobody(context, step, name)) return undefined;
  const word = new RegExp(`(?<![\\w$])${escapedName(name.name)}(?![\\w$])`, 'i');
  const isSpokenOf = context.files.some(({ path, text }) => path !== context.program.path && word.test(text));
  if (isSpokenOf || new RegExp(`\\bfunction\\s+${dotted(name.name)}\\s*\\([^;]*?\\breturns\\b`, 'i').test(context.text)) return undefined;
  const names = step.before.definitions.flatMap((object) => (object.kind === 'function' ? object.name : []));
  return {
    message: `No migration makes function ${shownName(name)}()`,
    code: '42883',
    help: `Check the name.${didYouMean(name.name, names)} Make the function before its trigger. ${ifElsewhere}`,
  };
}

const ifElsewhere =
  'Where it is made outside of these migrations, say so: "-- faultline-ignore not-there: made by ..." before the statement.';

/** Can the name be of something that the migrations don't show? */
function isOfNobody(context: RuleContext, step: Step, { schema, name }: ObjectName): boolean {
  const { before } = step;
  const schemas = schema === undefined ? (before.searchPath ?? ['public']) : [schema];
  if (bookkeeping.test(name) || madeElsewhere(context)) return true;
  if (before.definitions.some((object) => object.kind === 'extension' && !withoutRelations.has(object.name))) return true;
  return schemas.some((searched) => !isWhole(context, before, searched));
}

/** Does all that is in this schema come from the migrations, as far as they show? */
function isWhole(context: RuleContext, catalog: SearchedCatalog, schema: string): boolean {
  if (schema !== 'public' && !catalog.schemas.some(({ name }) => name === schema)) return false;
  const tables = [...context.before.tables, ...catalog.tables];
  if (
    tables.some((table) => table.schema === schema && (table.presumed === true || (table.complete === false && table.columns.length === 0)))
  )
    return false;
  const references = context.before.tables.flatMap(({ constraints }) => constraints.flatMap((constraint) => constraint.references ?? []));
  return references.every((key) => {
    const [first = '', ...rest] = key.split('.');
    return first !== schema || findTable(catalog, { schema, name: rest.join('.') }) !== undefined;
  });
}

function isMadeIn(text: string, name: string): boolean {
  return new RegExp(`\\bcreate\\b[^;()]*?\\b(?:table|view|sequence)\\s+(?:if\\s+not\\s+exists\\s+)?${dotted(name)}`, 'i').test(text);
}

function dotted(name: string): string {
  return `(?<![\\w$])(?:"?\\w+"?\\.)?"?${escapedName(name)}"?(?![\\w$])`;
}
