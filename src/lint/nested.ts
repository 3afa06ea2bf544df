import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import {
  computedInFunction,
  computedStatements,
  functionStatements,
  type NestedStatement,
  nestedStatements,
} from '../parse/postgres/nested';
import type { Step } from '../rules/context';
import { findNamed } from '../schema/lookup';

/** The statements in the DO block that a step runs, or in the functions of earlier migrations that it calls, as steps of their own. */
export function nestedSteps(step: Step): readonly Step[] {
  const inside = [...nestedStatements(step.statement), ...onOldObjects(computedStatements(step.statement))];
  const called = step.statement.operations.flatMap(calledNames);
  // Most statements run no others.
  return inside.length === 0 && called.length === 0 ? none : [...inBlock(step, inside), ...inFunctions(step, called)];
}

const none: readonly [] = [];

function inBlock(step: Step, inside: readonly NestedStatement[]): readonly Step[] {
  return inside.filter((statement) => !isBatch(statement)).map((statement) => nestedStep(step, statement, 'a DO block'));
}

/** They stand in another file, so they are shown at the call. */
function inFunctions(step: Step, names: readonly ObjectName[]): readonly Step[] {
  const { span, range } = step.statement;
  return names.flatMap((name) => {
    const called = findNamed(step.before.definitions, name, step.before.searchPath);
    if (called === undefined || (called.kind !== 'function' && called.kind !== 'procedure')) return [];
    return [...functionStatements(called.definition), ...onOldObjects(computedInFunction(called.definition))]
      .filter((statement) => !isBatch(statement))
      .map((statement) => {
        const operations = statement.operations.map((operation) => atCall(operation, step));
        return nestedStep(step, { ...statement, span, range, operations }, `${called.kind} ${called.name}`);
      });
  });
}

/** Names that only a run knows are not in the schema, so what is done to a table that the same code makes is left out here. */
function onOldObjects(statements: readonly NestedStatement[]): readonly NestedStatement[] {
  const made = statements.flatMap(({ operations }) =>
    operations.flatMap((operation) => (operation.kind === 'create table' ? [quoteIdentifier(operation.table.name)] : [])),
  );
  if (made.length === 0) return statements;
  return statements.filter(
    ({ sent, operations }) => operations.some(({ kind }) => kind === 'create table') || !made.some((name) => sent.includes(name)),
  );
}

function atCall(operation: Operation, step: Step): Operation {
  const { insertAt: _, ...rest } = operation;
  return { ...rest, span: step.statement.span } as Operation;
}

function calledNames(operation: Operation): readonly ObjectName[] {
  if (operation.kind === 'call') return [operation.name];
  if (operation.kind !== 'select') return none;
  return operation.functions.map((written) => {
    const parts = written.split('.');
    const [schema] = parts.slice(0, -1);
    return { name: parts.at(-1) ?? written, ...(schema !== undefined && { schema }) };
  });
}

/** One of many: what changes rows in a loop changes some of them at a time. */
function isBatch({ inLoop, operations }: NestedStatement): boolean {
  const writes: readonly string[] = ['insert', 'update', 'delete', 'merge'];
  return (
    inLoop &&
    operations.some(({ kind }) => writes.includes(kind)) &&
    operations.every(({ kind }) => writes.includes(kind) || kind === 'select')
  );
}

/** All of a block is one statement of the program, and one transaction unless the block commits itself. */
function nestedStep(step: Step, statement: NestedStatement, within: string): Step {
  return { ...step, statement: { ...statement, index: step.statement.index }, inTransaction: true, within };
}
