import { type Catalog, relationKey, type Table } from '../../model/catalog';
import { quoteLiteral, quoteQualified } from '../../parse/postgres/identifiers';
import { spoken, spokenKey } from '../../rollback/names';
import { gives, none } from '../check';
import type { RecoverySituation } from '../situation';
import { defineMode, type Finding } from './mode';

interface Swap extends Finding {
  /** The table that was in use before, whatever it is called now. */
  readonly original: Table;
  readonly copy: Table;
}

/** Names that people give to the two tables of a swap: the word stands before or behind the table's own name. */
const swapWord =
  /^(?:_?(?:old|new|tmp|temp|copy|backup|bak|gho|shadow|next|swap)_(.+)|(.+?)_?_(?:old|new|tmp|temp|copy|backup|bak|gho|del|shadow|next|swap|v?\d+))$/i;

function bareName(name: string): string {
  const [, first, second] = swapWord.exec(name) ?? [];
  return first ?? second ?? name;
}

/** Tables that were there before, each with a new one that bears the same name but for such a word. */
function swaps({ before, partial }: RecoverySituation): { original: Table; copy: Table }[] {
  const earlier = new Set(before.catalog.tables.map(({ identity }) => identity));
  const originals = partial.catalog.tables.filter(({ identity }) => earlier.has(identity));
  const made = partial.catalog.tables.filter(({ identity, partitionOf }) => !earlier.has(identity) && partitionOf === undefined);
  return originals.flatMap((original) =>
    made
      .filter((copy) => copy.schema === original.schema && bareName(copy.name) === bareName(original.name))
      .map((copy) => ({ original, copy })),
  );
}

/** Views that read a table, and stay with it when it is renamed (they hold its oid). */
function viewsOn(table: Table, catalog: Catalog): string[] {
  return catalog.definitions
    .filter((object) => (object.kind === 'view' || object.kind === 'materialized view') && object.dependsOn.includes(relationKey(table)))
    .map(relationKey);
}

/** What a copy by CREATE TABLE AS or an incomplete LIKE does not have of the table that it is to replace. */
function missingParts(original: Table, copy: Table, catalog: Catalog): string[] {
  const plain = (count: number, one: string, many: string) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]);
  const columns = new Map(copy.columns.map((column) => [column.name, column]));
  const lacking = (test: (column: Table['columns'][number]) => boolean) =>
    original.columns.filter((column) => {
      const other = columns.get(column.name);
      return other !== undefined && test(column) && !test(other);
    }).length;
  const kinds = (table: Table, kind: string) => table.constraints.filter((constraint) => constraint.kind === kind).length;
  const pointing = (table: Table) =>
    catalog.tables.flatMap(({ constraints }) => constraints).filter(({ references }) => references === relationKey(table)).length;
  return [
    ...(kinds(original, 'primary key') > kinds(copy, 'primary key') ? ['the primary key'] : []),
    ...plain(
      lacking((column) => column.default !== undefined || column.identityKind !== undefined),
      'default',
      'defaults',
    ),
    ...plain(
      lacking((column) => column.notNull),
      'NOT NULL',
      'NOT NULLs',
    ),
    ...plain(Math.max(0, original.indexes.length - copy.indexes.length), 'index', 'indexes'),
    ...plain(Math.max(0, kinds(original, 'foreign key') - kinds(copy, 'foreign key')), 'foreign key', 'foreign keys'),
    ...plain(Math.max(0, kinds(original, 'check') - kinds(copy, 'check')), 'check', 'checks'),
    ...plain(Math.max(0, original.triggers.length - copy.triggers.length), 'trigger', 'triggers'),
    ...plain(Math.max(0, (original.grants?.length ?? 0) - (copy.grants?.length ?? 0)), 'grant', 'grants'),
    ...plain(Math.max(0, pointing(original) - pointing(copy)), 'foreign key of another table', 'foreign keys of other tables'),
  ];
}

/** A copy is to take a table's place, and has not, or not wholly: names, views, keys and grants stay with the old one. */
export const tableSwap = defineMode<Swap>({
  name: 'table swap incomplete',
  detect: (situation) => {
    const { catalog } = situation.partial;
    return swaps(situation).map(({ original, copy }) => {
      const views = viewsOn(original, catalog).map(spokenKey);
      const missing = missingParts(original, copy, catalog);
      const detail = [
        `${spoken(copy)} is to take the place of ${spoken(original)}.`,
        ...(missing.length === 0 ? [] : [`It lacks ${missing.join(', ')}.`]),
        ...(views.length === 0
          ? []
          : [`${views.join(', ')} ${views.length === 1 ? 'reads' : 'read'} ${spoken(original)}, whatever that is called.`]),
      ].join(' ');
      const names = [original, copy].map(({ schema, name }) => `${quoteLiteral(quoteQualified(schema, name))}::regclass`).join(', ');
      const query = `SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN (${names}) OR confrelid IN (${names}) ORDER BY 1, 2;`;
      return { original, copy, object: `${spoken(original)} and ${spoken(copy)}`, detail, query };
    });
  },
  // The writer of DDL renames in one transaction, and gives back what the copy took: sequences, views, keys.
  back: () => [],
  forward: () => [],
  validate: (found, { before, after }, way) => {
    const target = way === 'back' ? before : after;
    if (target === undefined) return [];
    return found.flatMap(({ original, copy }) => {
      const goal = target.catalog.tables.find(({ identity }) => identity === original.identity);
      const stays = target.catalog.tables.some(({ schema, name }) => schema === copy.schema && name === copy.name);
      return [
        ...(stays
          ? []
          : [
              gives(
                `No table is called ${spoken(copy)}`,
                `SELECT to_regclass(${quoteLiteral(quoteQualified(copy.schema, copy.name))}) IS NULL`,
                true,
              ),
            ]),
        ...(goal === undefined
          ? []
          : [
              gives(
                `As many views read ${spoken(goal)} as should`,
                `SELECT count(DISTINCT r.ev_class) FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid WHERE d.refobjid = ${quoteLiteral(quoteQualified(goal.schema, goal.name))}::regclass AND r.ev_class <> d.refobjid`,
                viewsOn(goal, target.catalog).length,
              ),
              ...(way === 'back'
                ? [
                    none(
                      `No foreign key points to a table that was set aside`,
                      "SELECT count(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid WHERE k.contype = 'f' AND c.relname ~ '_(old|new|tmp)$' AND NOT EXISTS (SELECT FROM pg_class o WHERE o.oid = k.conrelid AND o.relname ~ '_(old|new|tmp)$')",
                    ),
                  ]
                : []),
            ]),
      ];
    });
  },
});
