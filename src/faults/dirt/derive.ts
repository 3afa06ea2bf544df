import { defaultEngine, isMysqlFamily } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { Operation, OperationKind } from '../../model/operation';
import { forAddColumn, forAttach, forIndex, forKey, forNewPartition, forTypeChange, forValidation } from './columns';
import { forDomain } from './domains';
import { answerForMongodb } from './mongodb/derive';
import { answerForMysql } from './mysql/derive';
import { type DirtAnswer, none } from './recipe';
import { forCheck, forExclusion, forNotNull, forReference } from './requirements';
import type { DirtSituation } from './situation';
import { forDelete, forInsert, forOpaque, forUpdate } from './writes';

/**
 * Which rows of before would break this statement: derived from what it does and from the schema, likeliest first. Nothing is proven here:
 * whoever asks puts the rows in and runs the migration.
 */
export function deriveDirt(situation: DirtSituation): DirtAnswer {
  const name = situation.engine ?? defaultEngine.name;
  const answer = name === 'mongodb' ? answerForMongodb : isMysqlFamily({ name }) ? answerForMysql : answerFor;
  const answers = situation.statement.operations.map((operation) => answer(situation, operation));
  const candidates = answers.flatMap((answer) => answer.candidates);
  const { otherwise } = answers.find((answer) => answer.candidates.length > 0) ?? answers[0] ?? unread;
  const besides = answers.find((answer) => answer.besides !== undefined)?.besides;
  return { candidates, otherwise, ...(besides !== undefined && { besides }) };
}

const unread = none('It could not be read, so that it is not known which rows it looks at.');
const catalogAlone = none('It changes the catalog alone and looks at no row.');

/** Kinds of operation that look at no row of a table; the reason where it is another one. */
const rowless: { readonly [K in OperationKind]?: string } = {
  'create object': '',
  'drop object': '',
  'drop column': '',
  'drop constraint': '',
  'rename column': '',
  'rename constraint': '',
  'rename object': '',
  'set schema': '',
  'set default': '',
  'drop default': '',
  'drop not null': '',
  'alter column': '',
  'add enum value': '',
  'rename enum value': '',
  'detach partition': '',
  comment: '',
  grant: '',
  revoke: '',
  'alter system': '',
  'alter table': 'It takes every row as it is.',
  cluster: 'It takes every row as it is.',
  vacuum: 'It takes every row as it is.',
  analyze: 'It takes every row as it is.',
  reindex: 'Its constraints hold already: it takes every row as it is.',
  truncate: 'It takes every row away, whatever is in it.',
  'lock table': 'It only waits for a lock.',
  transaction: 'It is over at once and looks at no row.',
  set: 'It is over at once and looks at no row.',
};

function answerFor(situation: DirtSituation, operation: Operation): DirtAnswer {
  switch (operation.kind) {
    case 'create index':
      return forIndex(situation, operation);
    case 'add constraint':
      return forConstraint(situation, operation);
    case 'validate constraint':
      return forValidation(situation, operation);
    case 'set not null':
      return forNotNull(situation, operation.table, operation.column);
    case 'alter column type':
      return forTypeChange(situation, operation);
    case 'add column':
      return forAddColumn(situation, operation);
    case 'attach partition':
      return forAttach(situation, operation);
    case 'create table':
      return operation.asQuery ? forOpaque(situation, situation.statement.sent) : forNewPartition(situation, operation);
    case 'insert':
      return forInsert(situation, operation);
    case 'update':
      return forUpdate(situation, operation);
    case 'delete':
      return forDelete(situation, operation);
    case 'merge':
    case 'copy':
    case 'call':
    case 'do block':
    case 'select':
      return forOpaque(situation, textOf(situation.statement));
    case 'refresh materialized view':
      return forOpaque(situation, viewText(situation, operation.view.name));
    case 'other':
      return forDomain(situation) ?? catalogAlone;
    default: {
      const why = rowless[operation.kind];
      return why === undefined || why === '' ? catalogAlone : none(why);
    }
  }
}

function forConstraint(situation: DirtSituation, { table, constraint }: Extract<Operation, { kind: 'add constraint' }>): DirtAnswer {
  if (constraint.notValid) return none('NOT VALID: it does not look at the rows that are there.');
  if (/\bNOT\s+ENFORCED\b/i.test(constraint.definition ?? '')) return none('NOT ENFORCED: it does not look at any row.');
  switch (constraint.kind) {
    case 'primary key':
    case 'unique':
      return forKey(situation, table, constraint);
    case 'foreign key': {
      const { columns, target } = constraint;
      return forReference(situation, { table, columns, target: target.table, targetColumns: target.columns });
    }
    case 'check':
      return forCheck(situation, table, constraint.expression);
    case 'not null':
      return forNotNull(situation, table, constraint.column);
    case 'exclude':
      return forExclusion(situation, table, constraint.definition ?? '');
  }
}

function textOf({ sent, operations }: Statement): string {
  return [sent, ...operations.flatMap((operation) => (operation.kind === 'do block' ? [operation.body] : []))].join('\n');
}

function viewText({ current }: DirtSituation, name: string): string {
  return current.definitions.find((object) => object.kind === 'materialized view' && object.name === name)?.definition ?? '';
}
