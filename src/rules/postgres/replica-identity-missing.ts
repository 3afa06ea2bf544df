import { type Catalog, type DefinedObject, relationKey, type Table } from '../../model/catalog';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { type Token, tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { headRange, type RuleContext, type Step } from '../context';
import { insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';

export const replicaIdentityMissing: Rule = {
  id: 'replica-identity-missing',
  title: 'Published table without a replica identity',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Logical replication finds the row to change by the replica identity: the primary key, unless another is set. A table that a publication of updates and deletes covers, and
that has neither, refuses every UPDATE and DELETE (55000) as soon as it is published, on the publisher, for the application (manual, "Publication"). INSERTs go on, so tests of a new table see nothing of it.
Partitions are published with their parent (13), and each is asked by itself.

Give the table a primary key, or set REPLICA IDENTITY USING INDEX, or FULL, which sends whole rows.

Silent when no publication of the folder covers the table, when it publishes inserts only, and for tables whose creation was not seen.`,
  bad: [
    {
      title: 'A table that is added to a publication',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE logs (a int, b int);\nCREATE TABLE old (a int);\nCREATE PUBLICATION changes FOR TABLE old;\n',
        },
        { path: 'V2__p.sql', text: 'ALTER PUBLICATION changes DROP TABLE old;\nALTER PUBLICATION changes ADD TABLE logs;\n' },
      ],
      findings: [{ at: 'ALTER PUBLICATION changes ADD TABLE logs', says: '55000' }],
    },
    {
      title: 'A new table, and a publication of all tables',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__p.sql', text: 'CREATE PUBLICATION everything FOR ALL TABLES;\n' },
        { path: 'V2__t.sql', text: 'CREATE TABLE events (id bigint, what text);\n' },
      ],
      findings: [{ at: 'CREATE TABLE events (id bigint, what text)', says: '55000' }],
      fixed: [{ path: 'V2__t.sql', text: 'CREATE TABLE events (id bigint, what text);\nALTER TABLE events REPLICA IDENTITY FULL;\n' }],
    },
    {
      title: 'A publication of a table without a key, and a key that goes',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE a (id bigint);\nCREATE TABLE b (id bigint PRIMARY KEY);\n' },
        { path: 'V2__p.sql', text: 'CREATE PUBLICATION p FOR TABLE a, b;\nALTER TABLE b DROP CONSTRAINT b_pkey;\n' },
      ],
      findings: [
        { at: 'CREATE PUBLICATION p FOR TABLE a, b', says: 'a ' },
        { at: 'ALTER TABLE b DROP CONSTRAINT b_pkey', says: 'b ' },
      ],
    },
    {
      title: 'The partitions of a published table',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        { path: 'V1__p.sql', text: 'CREATE TABLE pt (id bigint, d int) PARTITION BY RANGE (d);\nCREATE PUBLICATION cdc FOR TABLE pt;\n' },
        { path: 'V2__t.sql', text: 'CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10);\n' },
      ],
      findings: [{ at: 'CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10)', says: '55000' }],
      fixed: [
        {
          path: 'V2__t.sql',
          text: 'CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10);\nALTER TABLE pt1 REPLICA IDENTITY FULL;\n',
        },
      ],
    },
    {
      title: 'A publication of a table with partitions: said once',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE pt (id bigint, d int) PARTITION BY RANGE (d);\nCREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10);\nCREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (10) TO (20);\n',
        },
        { path: 'V2__p.sql', text: 'CREATE PUBLICATION cdc FOR TABLE pt;\n' },
      ],
      findings: [{ at: 'CREATE PUBLICATION cdc FOR TABLE pt', says: '1 more of the partitions of public.pt' }],
      fixed: [
        {
          path: 'V2__p.sql',
          text: 'CREATE PUBLICATION cdc FOR TABLE pt;\nALTER TABLE pt1 REPLICA IDENTITY FULL;\nALTER TABLE pt2 REPLICA IDENTITY FULL;\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'A table that is taken out of a publication again',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE logs (a int, b int);\nCREATE PUBLICATION changes;\n' },
        {
          path: 'V2__p.sql',
          text: "ALTER PUBLICATION changes ADD TABLE logs;\nALTER PUBLICATION changes SET (publish = 'insert, update');\nALTER PUBLICATION changes DROP TABLE logs;\n",
        },
      ],
    },
    {
      title: 'Partitions of a table with a key, and with identities of their own',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id bigint, d int, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);\nCREATE TABLE a1 PARTITION OF a FOR VALUES FROM (1) TO (10);\nCREATE TABLE b (id bigint, d int) PARTITION BY RANGE (d);\nCREATE TABLE b1 PARTITION OF b FOR VALUES FROM (1) TO (10);\nALTER TABLE b1 REPLICA IDENTITY FULL;\nCREATE PUBLICATION p FOR TABLE a, b;\n',
        },
      ],
    },
    {
      title: 'A key, another identity, inserts only, other tables',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint);\nALTER TABLE b REPLICA IDENTITY FULL;\nCREATE TABLE c (id bigint);\nCREATE TABLE d (id bigint);\nCREATE PUBLICATION p FOR TABLE a, b;\nCREATE PUBLICATION q FOR TABLE c WITH (publish = 'insert, truncate');\nCREATE TEMP TABLE e (id int);\n",
        },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down' || !hasPublications(context.after)) return [];
    const uncovered = context.after.tables
      .filter((table) => isUncovered(context.after, table))
      .flatMap((table) => {
        const step = context.steps.find((candidate) => isUncovered(candidate.after, currentOf(candidate, table)));
        const wasSo = isUncovered(
          context.before,
          context.before.tables.find(({ identity }) => identity === table.identity),
        );
        return step === undefined || wasSo ? [] : [{ step, table }];
      });
    return together(uncovered).map(({ step, tables }) => violation(context, step, tables));
  },
};

/** Nearly no schema has one, and few migrations change the list. */
function hasPublications({ definitions }: Catalog): boolean {
  const known = publishing.get(definitions);
  if (known !== undefined) return known;
  const found = definitions.some(({ kind }) => kind === 'publication');
  publishing.set(definitions, found);
  return found;
}

const publishing = new WeakMap<Catalog['definitions'], boolean>();

interface Uncovered {
  readonly step: Step;
  /** One table, or the partitions of one. */
  readonly tables: readonly [Table, ...Table[]];
}

/** The partitions of a table that one statement publishes are spoken of together. */
function together(found: readonly { readonly step: Step; readonly table: Table }[]): readonly Uncovered[] {
  const groups = new Map<string, Uncovered>();
  for (const { step, table } of found) {
    const key = `${step.statement.index} ${table.partitionOf === undefined ? table.identity : `of ${table.partitionOf.parent}`}`;
    const group = groups.get(key);
    groups.set(key, { step, tables: group === undefined ? [table] : [...group.tables, table] });
  }
  return [...groups.values()];
}

function currentOf(step: Step, { identity }: Table): Table | undefined {
  return step.after.tables.find((table) => table.identity === identity);
}

/** Is it published with its changes, and without anything to find a row by? */
function isUncovered(catalog: Catalog, table: Table | undefined): boolean {
  if (table === undefined || table.persistence !== 'permanent' || table.complete === false || table.kind === 'foreign table') return false;
  // The partitions hold the rows. They have the key of the parent, and not its replica identity.
  if (table.kind === 'partitioned table') return false;
  const identity = table.replicaIdentity;
  const line = lineOf(catalog, table);
  if (line === undefined) return false;
  const hasKey = line.some(({ constraints }) => constraints.some(({ kind }) => kind === 'primary key'));
  if (identity === undefined || identity === 'DEFAULT' ? hasKey : identity !== 'NOTHING') return false;
  const publications = catalog.definitions.filter((object) => object.kind === 'publication' && publishesChanges(object));
  return publications.some((object) => line.some((published) => covers(object, published)));
}

/** The table, and those that it is a partition of; undefined when one of them was not seen. */
function lineOf(catalog: Catalog, table: Table): readonly Table[] | undefined {
  const line = [table];
  for (let parent = table.partitionOf?.parent; parent !== undefined; ) {
    const key = parent;
    const found = catalog.tables.find((candidate) => relationKey(candidate) === key);
    if (found === undefined || found.complete === false || line.includes(found)) return undefined;
    line.push(found);
    parent = found.partitionOf?.parent;
  }
  return line;
}

function publishesChanges({ definition }: DefinedObject): boolean {
  const publish = /\bpublish\s*=\s*'([^']*)'/i.exec(definition)?.[1];
  return publish === undefined || /update|delete/i.test(publish);
}

/** CREATE PUBLICATION, and each ALTER PUBLICATION behind it. */
function covers({ definition }: DefinedObject, table: Table): boolean {
  const statements: Token[][] = [[]];
  for (const token of tokenize(definition)) {
    if (token.word === ';') statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.reduce((covered, tokens, place) => {
    const start = tokens.findIndex(({ word }) => (place === 0 ? ['for'] : ['add', 'set', 'drop']).includes(word));
    const action = tokens[start]?.word;
    const words = tokens.slice(start + 1);
    if (start === -1 || (action === 'set' && words[0]?.word === '(')) return covered;
    const isListed = lists(definition, words, table);
    if (action === 'drop') return covered && !isListed;
    return action === 'set' ? isListed : covered || isListed;
  }, false);
}

/** `ALL TABLES`, `TABLE a, b`, `TABLES IN SCHEMA s`. */
function lists(definition: string, words: readonly Token[], table: Table): boolean {
  if (words[0]?.word === 'all' && words[1]?.word === 'tables') return true;
  const names = words.map((token) => identifierOf(definition, token));
  if (names.includes('schema') || words.some(({ word }) => word === 'schema')) {
    const at = words.findIndex(({ word }) => word === 'schema');
    if (names.slice(at + 1).includes(table.schema)) return true;
  }
  let depth = 0;
  return words.some((token, position) => {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    const before = words[position - 1]?.word;
    const isName = before === 'table' || before === ',' || before === 'only' || before === '.';
    if (depth > 0 || !isName || names[position] !== table.name) return false;
    return before !== '.' || names[position - 2] === table.schema;
  });
}

function violation(context: RuleContext, step: Step, tables: Uncovered['tables']): Violation {
  const [table, ...others] = tables;
  const shown = table.schema === 'public' ? table.name : relationKey(table);
  const more = others.length === 0 ? '' : ` The same goes for ${others.length} more of the partitions of ${table.partitionOf?.parent}.`;
  const identities = tables.map(
    ({ schema, name }) => `\nALTER TABLE ${quoteQualified(schema === 'public' ? undefined : schema, name)} REPLICA IDENTITY FULL;`,
  );
  return {
    range: headRange(context, step.statement),
    message: `${shown} is published with its updates and deletes, and has neither a primary key nor another replica identity: each UPDATE and DELETE in it fails (55000).${more}`,
    help: 'Give it a primary key, or set a replica identity: ALTER TABLE ... REPLICA IDENTITY USING INDEX, or FULL.',
    fixes: [
      {
        title: 'Send whole rows: REPLICA IDENTITY FULL',
        safe: false,
        edits: [insertBehind(context, step.statement.span, identities.join(''))],
      },
    ],
  };
}
