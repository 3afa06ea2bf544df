import type { Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { columnConstraints } from '../../../schema/definitions';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { shownName } from '../../context';
import type { Examples } from '../../rule';
import { sameColumns, uniqueKeys } from '../unique-keys';
import type { Refusal } from './refusal';

type Makes = OperationOf<'create table' | 'add column' | 'add constraint'>;
interface ForeignKey {
  readonly columns: readonly string[];
  readonly target: { readonly table: ObjectName; readonly columns: readonly string[] };
  readonly notValid: boolean;
}

/** A foreign key to what is no key, or between columns that can't be compared. */
export function refusedForeignKey(context: RuleContext, step: Step, operation: Makes): Refusal | undefined {
  if (operation.kind === 'create table' && operation.ifNotExists && findTable(step.before, operation.table) !== undefined) return undefined;
  for (const key of keysOf(operation)) {
    const refusal = refusalOf(context, step, operation, key);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function keysOf(operation: Makes): readonly ForeignKey[] {
  const written =
    operation.kind === 'add constraint'
      ? [operation.constraint]
      : operation.kind === 'add column'
        ? columnConstraints(operation.column)
        : [...operation.columns.flatMap(columnConstraints), ...operation.constraints];
  return written.flatMap((constraint) => (constraint.kind === 'foreign key' ? [constraint] : []));
}

function refusalOf(context: RuleContext, step: Step, { table: name }: Makes, key: ForeignKey): Refusal | undefined {
  const own = findTable(step.after, name);
  const target = findTable(step.after, key.target.table);
  if (own !== undefined && key.notValid && own.kind === 'partitioned table' && context.engine.major < 18) {
    return {
      why: `${shownName(name)} is partitioned, and before version 18 its foreign keys can't be NOT VALID`,
      code: '42809',
      help: 'Add the key to each partition with NOT VALID and validate it there; then the key of the parent takes them over.',
    };
  }
  if (own === undefined || target === undefined || target.complete === false || target.kind === 'foreign table') return undefined;
  const primary = target.constraints.find(({ kind }) => kind === 'primary key');
  if (key.target.columns.length === 0 && primary === undefined) {
    return {
      why: `The foreign key names no column of ${target.name}, which has no primary key`,
      code: '42704',
      help: `Name the columns of a unique constraint of ${target.name}, or give it a primary key first.`,
    };
  }
  const columns = key.target.columns.length === 0 ? (primary?.columns ?? []) : key.target.columns;
  if (!columns.every((column) => findColumn(target, column) !== undefined)) return undefined;
  return withoutKey(target, key, columns) ?? incomparable(own, target, key.columns, columns);
}

function withoutKey(target: Table, { columns: own }: ForeignKey, columns: readonly string[]): Refusal | undefined {
  const list = columns.join(', ');
  if (own.length !== columns.length) {
    return {
      why: `The foreign key has ${own.length} columns, and refers to ${columns.length} of ${target.name}`,
      code: '42830',
      help: 'Name as many columns on both sides.',
    };
  }
  const keys = uniqueKeys(target).filter((key) => key.columns !== undefined && !key.isPartial && sameColumns(key.columns, columns));
  if (keys.some(({ isDeferrable }) => !isDeferrable)) return undefined;
  if (keys.length > 0) {
    return {
      why: `The key (${list}) of ${target.name} is DEFERRABLE, and no foreign key can refer to that`,
      code: '55000',
      help: 'Make the key again without DEFERRABLE, or refer to another one.',
    };
  }
  return {
    why: `No unique constraint of ${target.name} is over exactly (${list})`,
    code: '42830',
    help: `Refer to the primary key, or build a unique index on ${target.name} (${list}) first: CONCURRENTLY, in a migration before this one.`,
  };
}

/** Types that no foreign key joins with one of another of these, but for those in `accepted`. */
const families: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint'],
  ['numeric'],
  ['real', 'double precision'],
  ['text', 'character varying', 'character'],
  ['uuid'],
  ['boolean'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
];

/** From the referring side to the other: what an implicit cast bridges. */
const accepted = new Set(['0>1', '0>2', '1>2']);

function incomparable(own: Table, target: Table, left: readonly string[], right: readonly string[]): Refusal | undefined {
  for (const [position, name] of left.entries()) {
    const [from, to] = [findColumn(own, name), findColumn(target, right[position] ?? '')];
    if (from === undefined || to === undefined) continue;
    const [fromFamily, toFamily] = [familyOf(from.type), familyOf(to.type)];
    if (fromFamily === -1 || toFamily === -1 || fromFamily === toFamily || accepted.has(`${fromFamily}>${toFamily}`)) continue;
    return {
      why: `${own.name}.${from.name} is ${from.type} and ${target.name}.${to.name} is ${to.type}, which no foreign key can compare`,
      code: '42804',
      help: `Give ${from.name} the type of what it refers to: ${to.type}.`,
    };
  }
  return undefined;
}

function familyOf(type: string): number {
  const base = type.replaceAll(/\([^)]*\)/g, '');
  return families.findIndex((family) => family.includes(base));
}

export const foreignKeyExamples: Examples = {
  bad: [
    {
      title: 'Foreign keys to what is no key, or of another type',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, name text UNIQUE DEFERRABLE, a int, b int, UNIQUE (a, b));\nCREATE TABLE plain (id bigint);\nCREATE UNIQUE INDEX ON users (email) WHERE id > 1;\nCREATE TABLE o (id bigint PRIMARY KEY, email text, n numeric);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE f1 (email text REFERENCES users (email));\nCREATE TABLE f2 (user_id uuid REFERENCES users);\nCREATE TABLE f3 (plain_id bigint REFERENCES plain);\nALTER TABLE o ADD FOREIGN KEY (email) REFERENCES users (name);\nALTER TABLE o ADD COLUMN a int REFERENCES users (a);\nALTER TABLE o ADD FOREIGN KEY (n) REFERENCES users (id) NOT VALID;\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE f1 (email text REFERENCES users (email))', says: '42830' },
        { at: 'CREATE TABLE f2 (user_id uuid REFERENCES users)', says: 'f2.user_id is uuid and users.id is bigint' },
        { at: 'CREATE TABLE f3 (plain_id bigint REFERENCES plain)', says: '42704' },
        { at: 'ALTER TABLE o ADD FOREIGN KEY (email) REFERENCES users (name)', says: '55000' },
        { at: 'ALTER TABLE o ADD COLUMN a int REFERENCES users (a)', says: 'exactly (a)' },
        { at: 'ALTER TABLE o ADD FOREIGN KEY (n) REFERENCES users (id) NOT VALID', says: '42804' },
      ],
    },
    {
      title: 'Before 18: a foreign key of a partitioned table can not be NOT VALID',
      framework: 'flyway',
      majors: [12, 17],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id int PRIMARY KEY);\nCREATE TABLE p (a int) PARTITION BY RANGE (a);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES users NOT VALID;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES users NOT VALID', says: '42809' }],
    },
  ],
  good: [
    {
      title: 'Foreign keys to keys, in any order; to an index alone; of types that compare; to itself',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, a int, b int, d timestamptz UNIQUE, n numeric UNIQUE, UNIQUE (a, b));\nCREATE UNIQUE INDEX ON users (email);\nCREATE TABLE p (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE f1 (id int PRIMARY KEY, email varchar(9) REFERENCES users (email), user_id smallint REFERENCES users, parent int REFERENCES f1);\nCREATE TABLE f2 (x int, y int, d date REFERENCES users (d), n int REFERENCES users (n), FOREIGN KEY (x, y) REFERENCES users (b, a));\nCREATE TABLE f3 (x int, y int, FOREIGN KEY (x, y) REFERENCES p);\nALTER TABLE f3 ADD COLUMN user_id bigint REFERENCES users (id);\n',
        },
      ],
    },
  ],
};
