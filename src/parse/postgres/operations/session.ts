import type {
  CallStmt,
  ClusterStmt,
  DoStmt,
  LockStmt,
  RefreshMatViewStmt,
  TransactionStmt,
  TransactionStmtKind,
  VacuumStmt,
  VariableSetStmt,
} from '@pgsql/types';
import type { Operation } from '../../../model/operation';
import { postgresLockModes } from '../../../model/plan';
import type { StatementSource } from '../source';
import { literalText } from './expressions';
import { isOn } from './indexes';
import { nameFromParts, relationName } from './names';
import { all, as, strings } from './nodes';
import { findWord, insertionAfter, slice } from './text';

/** Statements about the session, transactions and maintenance. */

type TransactionAction = Extract<Operation, { kind: 'transaction' }>['action'];

const actions: Partial<Record<TransactionStmtKind, TransactionAction>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback to',
  TRANS_STMT_PREPARE: 'prepare',
};

export function transaction(_source: StatementSource, statement: TransactionStmt): Operation[] {
  const { kind, savepoint_name: savepoint, chain } = statement;
  const action = actions[kind ?? 'TRANS_STMT_BEGIN'] ?? 'other';
  return [{ kind: 'transaction', action, ...(savepoint !== undefined && { savepoint }), ...(chain === true && { chain }) }];
}

export function set(source: StatementSource, statement: VariableSetStmt): Operation[] {
  const name = statement.name ?? (statement.kind === 'VAR_RESET_ALL' ? 'all' : '');
  const local = statement.is_local === true;
  if (statement.kind === 'VAR_RESET' || statement.kind === 'VAR_RESET_ALL' || statement.kind === 'VAR_SET_DEFAULT') {
    return [{ kind: 'set', name, local }];
  }
  const separator = findWord(source, 1, ['to', '='], true);
  const start = separator === undefined ? undefined : source.tokens.starts[separator + 1];
  const value =
    start === undefined
      ? (statement.args ?? []).map((argument) => literalText(argument) ?? '').join(', ')
      : slice(source, { start, end: source.text.length });
  return [{ kind: 'set', name, value, local }];
}

export function doBlock(_source: StatementSource, statement: DoStmt): Operation[] {
  const options = all(statement.args, 'DefElem');
  const text = (name: string): string | undefined => as(options.find((option) => option.defname === name)?.arg, 'String')?.sval;
  return [{ kind: 'do block', language: text('language') ?? 'plpgsql', body: text('as') ?? '' }];
}

export function call(_source: StatementSource, statement: CallStmt): Operation[] {
  return [{ kind: 'call', name: nameFromParts(strings(statement.funccall?.funcname)) }];
}

/** Lock modes are numbered from 1 (`src/include/storage/lockdefs.h`), in the order of the manual's table. */
export function lock(_source: StatementSource, statement: LockStmt): Operation[] {
  const mode = postgresLockModes[(statement.mode ?? postgresLockModes.length) - 1] ?? 'ACCESS EXCLUSIVE';
  return [{ kind: 'lock table', tables: all(statement.relations, 'RangeVar').map(relationName), mode, nowait: statement.nowait === true }];
}

export function vacuum(_source: StatementSource, statement: VacuumStmt): Operation[] {
  const tables = all(statement.rels, 'VacuumRelation').map(({ relation }) => relationName(relation));
  if (!statement.is_vacuumcmd) return [{ kind: 'analyze', tables }];
  return [{ kind: 'vacuum', full: all(statement.options, 'DefElem').some(isOn('full')), tables }];
}

export function cluster(_source: StatementSource, statement: ClusterStmt): Operation[] {
  return [{ kind: 'cluster', tables: statement.relation === undefined ? [] : [relationName(statement.relation)] }];
}

export function refresh(source: StatementSource, statement: RefreshMatViewStmt): Operation[] {
  const concurrently = statement.concurrent === true;
  const keyword = findWord(source, 0, ['view']);
  const offset = keyword === undefined ? undefined : insertionAfter(source, keyword);
  return [
    {
      kind: 'refresh materialized view',
      view: relationName(statement.relation),
      concurrently,
      ...(concurrently || offset === undefined ? {} : { insertAt: { concurrently: offset } }),
    },
  ];
}
