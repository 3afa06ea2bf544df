import type { ObjectKind } from '../../model/operation';
import { quoteQualified } from '../../parse/mysql/identifiers';
import { changesNothing } from '../../plan/summary';
import { headRange, type OperationOf, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';

export const routineNotReplaced: Rule = {
  id: 'routine-not-replaced',
  title: 'Procedure, function, trigger or event made without dropping what is there',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `MySQL has no CREATE OR REPLACE for procedures, functions, triggers and events. A migration that makes one among other statements fails at its second attempt, because the first one has left it there (1304, 1359, 1537); and so does every migration that makes a new version of a routine.

Drop it first with IF EXISTS. MariaDB also has CREATE OR REPLACE, which leaves no moment without it.

Silent for a migration of this one statement whose object is new.`,
  bad: [
    {
      title: 'A procedure among others',
      framework: 'sql',
      files: [
        { path: '0001_p.sql', text: 'CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY);\nCREATE PROCEDURE touch() UPDATE t SET a = 1;\n' },
      ],
      findings: [{ at: 'CREATE PROCEDURE touch() UPDATE t SET a = 1', says: 'touch' }],
      fixed: [
        {
          path: '0001_p.sql',
          text: 'CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY);\nDROP PROCEDURE IF EXISTS `touch`;\nCREATE PROCEDURE touch() UPDATE t SET a = 1;\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Dropped first, or replaced',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        {
          path: '0001_p.sql',
          text: 'DROP PROCEDURE IF EXISTS touch;\nCREATE PROCEDURE touch() UPDATE t SET a = 1;\nCREATE OR REPLACE FUNCTION one() RETURNS int DETERMINISTIC RETURN 1;\n',
        },
      ],
    },
    { title: 'Alone', framework: 'sql', files: [{ path: '0001_p.sql', text: 'CREATE PROCEDURE touch() UPDATE t SET a = 1;\n' }] },
  ],
  check: (context) =>
    operationsOf(context, 'create object').flatMap(({ step, operation }) =>
      isBare(context, step, operation) ? [violation(context, step, operation)] : [],
    ),
};

const kinds: ReadonlySet<ObjectKind> = new Set(['procedure', 'function', 'trigger', 'event']);

function isBare(context: RuleContext, step: Step, { objectKind, object, orReplace, ifNotExists }: OperationOf<'create object'>): boolean {
  if (!kinds.has(objectKind) || orReplace || ifNotExists || step.within !== undefined) return false;
  const dropped = context.steps.some(
    ({ statement }) =>
      statement.index < step.statement.index &&
      statement.operations.some(
        (operation) =>
          operation.kind === 'drop object' &&
          operation.objectKind === objectKind &&
          operation.objects.some(({ name }) => name === object.name),
      ),
  );
  const others = context.steps.some((other) => other !== step && !changesNothing(other.statement));
  return !dropped && others;
}

function violation(context: RuleContext, step: Step, { objectKind, object }: OperationOf<'create object'>): Violation {
  const { start } = step.statement.span;
  const drop = `DROP ${objectKind.toUpperCase()} IF EXISTS ${quoteQualified(object.schema, object.name)};`;
  return {
    range: headRange(context, step.statement),
    message: `The ${objectKind} ${shownName(object)} is committed by itself: when something behind it fails, the next attempt fails here, because it is there already.`,
    help: `Put ${drop} before it${context.engine.name === 'mariadb' ? ', or write CREATE OR REPLACE' : ''}.`,
    fixes: [{ title: 'Drop what is there first', safe: false, edits: [insertStatement(context, start, drop)] }],
  };
}
