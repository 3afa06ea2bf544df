import type { ObjectName, Operation } from '../../../model/operation';
import { temporarySchema } from '../../../model/temporary';
import { findIndex, findTable, type SearchedCatalog } from '../../../schema/lookup';
import { type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

const relationKinds = ['table', 'foreign table', 'view', 'materialized view', 'sequence', 'index'] as const;
type RelationKind = (typeof relationKinds)[number];

/** A statement about one kind of relation with the name of another (`DropErrorMsgWrongType` of dropcmds.c): IF EXISTS does not help. */
export function wrongKind(step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'drop object': {
      const wanted = relationKinds.find((kind) => kind === operation.objectKind);
      if (wanted === undefined) return undefined;
      const words = `DROP ${wanted.toUpperCase()}`;
      for (const name of operation.objects) {
        const kind = kindOf(step.before, name);
        if (kind === undefined || kind === wanted) continue;
        return refusal(name, kind, `which ${words} does not drop`, `Say DROP ${kind.toUpperCase()} ${shownName(name)}.`);
      }
      return undefined;
    }
    case 'refresh materialized view': {
      const kind = kindOf(step.before, operation.view);
      if (kind === undefined || kind === 'materialized view') return undefined;
      return refusal(
        operation.view,
        kind,
        'which REFRESH does not fill',
        'Leave it out: only a materialized view keeps the rows of its query.',
      );
    }
    case 'create index': {
      const kind = kindOf(step.before, operation.index.table);
      if (kind !== 'view' && kind !== 'foreign table') return undefined;
      const help = kind === 'view' ? 'Make it on the tables that the view reads.' : 'Make it on the table at the other server.';
      return refusal(operation.index.table, kind, 'which has no rows to index', help);
    }
    case 'truncate': {
      const name = operation.tables.find((table) => kindOf(step.before, table)?.includes('view'));
      const kind = name === undefined ? undefined : kindOf(step.before, name);
      return name === undefined || kind === undefined
        ? undefined
        : refusal(name, kind, 'which TRUNCATE does not empty', 'Name the tables that it reads.');
    }
    default:
      return undefined;
  }
}

function refusal(name: ObjectName, kind: RelationKind, whatNot: string, help: string): Refusal {
  return { why: `${shownName(name)} is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, ${whatNot}`, code: '42809', help };
}

/** Undefined where there is none of that name, or where it was never seen to be made. */
function kindOf(catalog: SearchedCatalog, { schema, name }: ObjectName): RelationKind | undefined {
  for (const searched of schema === undefined ? [temporarySchema, ...(catalog.searchPath ?? ['public'])] : [schema]) {
    const isMeant = (object: { readonly schema: string; readonly name: string }) => object.name === name && object.schema === searched;
    // Looked up by its name: most are tables. One that was never made may be a view, of which a statement spoke.
    const table = findTable(catalog, { schema: searched, name });
    const isUnseen = table?.presumed === true || table?.complete === false;
    if (table !== undefined && !isUnseen) return table.kind === 'foreign table' ? 'foreign table' : 'table';
    for (const object of catalog.definitions) {
      if (isMeant(object) && (object.kind === 'view' || object.kind === 'materialized view')) return object.kind;
    }
    if (isUnseen) return undefined;
    if (catalog.sequences.some(isMeant)) return 'sequence';
    if (findIndex(catalog, { schema: searched, name }) !== undefined) return 'index';
  }
  return undefined;
}

const relations =
  'CREATE TABLE t (id int PRIMARY KEY, a int);\nCREATE VIEW v AS SELECT id FROM t;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t;\nCREATE SEQUENCE s;\nCREATE INDEX i ON t (a);\n';

export const wrongKindExamples: Examples = {
  bad: [
    {
      title: 'Statements about another kind of relation than the one that has the name',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: relations },
        {
          path: '02.sql',
          text: 'DROP VIEW m;\nDROP TABLE IF EXISTS v;\nDROP MATERIALIZED VIEW IF EXISTS v;\nDROP VIEW t;\nDROP TABLE s;\nDROP INDEX t;\nREFRESH MATERIALIZED VIEW v;\nCREATE INDEX ON v (id);\nTRUNCATE v;\n',
        },
      ],
      findings: [
        { at: 'DROP VIEW m', says: 'm is a materialized view, which DROP VIEW does not drop: the server refuses this (42809)' },
        { at: 'DROP TABLE IF EXISTS v', says: 'Say DROP VIEW v.' },
        { at: 'DROP MATERIALIZED VIEW IF EXISTS v', says: 'v is a view' },
        { at: 'DROP VIEW t', says: 't is a table' },
        { at: 'DROP TABLE s', says: 's is a sequence' },
        { at: 'DROP INDEX t', says: 't is a table' },
        { at: 'REFRESH MATERIALIZED VIEW v', says: 'v is a view' },
        { at: 'CREATE INDEX ON v (id)', says: 'v is a view' },
        { at: 'TRUNCATE v', says: 'v is a view' },
      ],
    },
  ],
  good: [
    {
      title: 'Each by its kind, a view that took the name of a table, and another schema',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: relations },
        {
          path: '02.sql',
          text: 'REFRESH MATERIALIZED VIEW m;\nCREATE INDEX ON m (id);\nALTER TABLE m RENAME TO n;\nDROP MATERIALIZED VIEW n;\nDROP INDEX i;\nDROP VIEW v;\nALTER TABLE t RENAME TO u;\nCREATE VIEW t AS SELECT id FROM u;\nDROP VIEW t;\nCREATE SCHEMA app;\nCREATE VIEW app.u AS SELECT 1 AS a;\nTRUNCATE u;\nDROP VIEW app.u;\nDROP TABLE u;\nDROP SEQUENCE s;\nDROP TABLE IF EXISTS never;\n',
        },
      ],
    },
  ],
};
