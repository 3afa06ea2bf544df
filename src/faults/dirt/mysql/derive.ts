import type { Operation } from '../../../model/operation';
import { type DirtAnswer, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { forAddColumn, forCharset, forPartitions, forRedefinition } from './alterations';
import { forConstraint, forUnique } from './constraints';
import { madeHere, meetOld } from './met';
import { forDelete, forInsert, forUpdate } from './writes';

/** What a statement of MySQL or MariaDB can meet in rows of before, in strict mode, which is the default of both. */
export function answerForMysql(situation: DirtSituation, operation: Operation): DirtAnswer {
  if (operation.ignore === true) return none('IGNORE makes warnings of its errors.');
  switch (operation.kind) {
    case 'add constraint':
      return forConstraint(situation, operation);
    case 'create index': {
      const met = meetOld(situation, operation.index.table);
      if (met === undefined) return none(madeHere);
      return operation.index.unique ? forUnique(met, operation.index.keys) : none('An index that is not unique takes any rows.');
    }
    case 'redefine column':
      return forRedefinition(situation, operation);
    case 'add column':
      return forAddColumn(situation, operation);
    case 'convert charset':
      return forCharset(situation, operation);
    case 'partitioning':
      return forPartitions(situation, operation);
    case 'insert':
      return forInsert(situation, operation);
    case 'update':
      return forUpdate(situation, operation);
    case 'delete':
      return forDelete(situation, operation);
    case 'truncate':
      return none('It takes every row away, whatever is in it.');
    case 'call':
    case 'select':
    case 'do block':
    case 'copy':
    case 'prepared statement':
      return none('Which rows it stumbles over is not read from its text.');
    default:
      return none('It looks at no row, or takes every row as it is.');
  }
}
