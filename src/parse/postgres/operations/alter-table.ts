import type { AlterTableCmd, AlterTableStmt, ObjectType } from '@pgsql/types';
import type { ObjectName, Operation } from '../../../model/operation';
import type { Span } from '../../../model/text';
import { quoteIdentifier } from '../identifiers';
import type { StatementSource } from '../source';
import { columnSpecification } from './columns';
import { constraintSpecification } from './constraints';
import { relationName } from './names';
import { as, strings } from './nodes';
import { element, findWord, insertionAfter, slice, tokenAt } from './text';
import { typeText } from './types';

/** A subcommand in hand: what it is, and where its words stand. */
interface Subcommand {
  readonly source: StatementSource;
  readonly command: AlterTableCmd;
  readonly table: ObjectName;
  readonly column: string;
  /** In the statement's text. */
  readonly span: Span;
  /** Number of its first token. */
  readonly first: number;
}

/** One operation per subcommand. */
export function alterTable(source: StatementSource, statement: AlterTableStmt): Operation[] {
  const table = relationName(statement.relation);
  // ALTER TYPE ... ADD ATTRIBUTE and its kin use the same node.
  if (statement.objtype === 'OBJECT_TYPE') return [{ kind: 'other', node: 'AlterTypeStmt' }];
  const spans = subcommandSpans(source, statement);
  const operations: Operation[] = [];
  for (const [index, node] of (statement.cmds ?? []).entries()) {
    const command = as(node, 'AlterTableCmd');
    if (command === undefined) continue;
    const span = spans[index] ?? { start: 0, end: source.text.length };
    const subcommand = { source, command, table, column: command.name ?? '', span, first: tokenAt(source, span.start) };
    const operation: Operation & { span?: Span; only?: true } = isTable(statement.objtype)
      ? tableOperation(subcommand)
      : otherRelation(subcommand, statement.objtype);
    operation.span = source.fileSpan(span);
    if (statement.relation?.inh !== true) operation.only = true;
    operations.push(operation);
  }
  return operations;
}

function isTable(type: ObjectType | undefined): boolean {
  return type === 'OBJECT_TABLE' || type === 'OBJECT_FOREIGN_TABLE' || type === undefined;
}

function otherRelation(subcommand: Subcommand, type: ObjectType | undefined): Operation {
  const { source, table, span, command } = subcommand;
  if (type === 'OBJECT_INDEX' && (command.subtype === 'AT_AttachPartition' || command.subtype === 'AT_SetTableSpace')) {
    return { kind: 'other', node: 'AlterIndexStmt' };
  }
  if (command.subtype === 'AT_ColumnDefault' || command.subtype === 'AT_ChangeOwner') {
    return { kind: 'alter table', table, detail: slice(source, span), rewrites: false };
  }
  return { kind: 'other', node: `Alter${type === 'OBJECT_INDEX' ? 'Index' : 'Relation'}Stmt` };
}

/** The subcommands are the comma-separated elements after the table's name. */
function subcommandSpans(source: StatementSource, statement: AlterTableStmt): Span[] {
  let index = tokenAt(source, source.offset(statement.relation?.location));
  // schema . name, each perhaps quoted; then an asterisk for "and descendants".
  while (source.tokens.words[index + 1] === '.') index += 2;
  index++;
  while (source.tokens.words[index] === '*' || source.tokens.words[index] === ')') index++;
  const spans: Span[] = [];
  while (index < source.tokens.starts.length) {
    const span = element(source, index);
    spans.push(span);
    index = Math.max(tokenAt(source, span.end), index) + 1;
  }
  return spans;
}

function tableOperation(subcommand: Subcommand): Operation {
  const { source, command, table, column, span } = subcommand;
  switch (command.subtype) {
    case 'AT_AddColumn':
      return addColumn(subcommand);
    case 'AT_DropColumn':
      return { kind: 'drop column', table, column, ...dropOptions(subcommand) };
    case 'AT_AlterColumnType':
      return alterColumnType(subcommand);
    case 'AT_ColumnDefault':
      return command.def === undefined
        ? { kind: 'drop default', table, column }
        : { kind: 'set default', table, column, default: textAfter(subcommand, 'default') };
    case 'AT_SetNotNull':
      return { kind: 'set not null', table, column };
    case 'AT_DropNotNull':
      return { kind: 'drop not null', table, column };
    case 'AT_AddConstraint':
      return addConstraint(subcommand);
    case 'AT_ValidateConstraint':
      return { kind: 'validate constraint', table, constraint: column };
    case 'AT_DropConstraint':
      return { kind: 'drop constraint', table, constraint: column, ...dropOptions(subcommand) };
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize':
      return partition(subcommand);
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetStorage':
    case 'AT_SetCompression':
    case 'AT_AddIdentity':
    case 'AT_SetIdentity':
    case 'AT_DropIdentity':
    case 'AT_SetExpression':
    case 'AT_DropExpression':
    case 'AT_AlterColumnGenericOptions':
      return { kind: 'alter column', table, column: column || columnNumber(command), detail: slice(source, span) };
    default:
      return { kind: 'alter table', table, detail: slice(source, span), rewrites: rewriting.has(command.subtype ?? '') };
  }
}

/** Subcommands that write the whole table again (manual, ALTER TABLE, "Notes"). */
const rewriting = new Set(['AT_SetLogged', 'AT_SetUnLogged', 'AT_SetAccessMethod', 'AT_SetTableSpace', 'AT_SetExpression']);

/** ALTER INDEX ... ALTER COLUMN 1: columns by number. */
function columnNumber(command: AlterTableCmd): string {
  return command.num === undefined ? '' : String(command.num);
}

function addColumn({ source, command, table, first }: Subcommand): Operation {
  const definition = as(command.def, 'ColumnDef');
  const keyword = source.tokens.words[first + 1] === 'column' ? first + 1 : first;
  const offset = insertionAfter(source, keyword);
  // IF NOT EXISTS needs the word COLUMN no more than the subcommand does.
  const place = command.missing_ok || offset === undefined ? {} : { insertAt: { ifNotExists: offset } };
  const column = columnSpecification(source, definition ?? {});
  return { kind: 'add column', table, column, ifNotExists: command.missing_ok === true, ...place };
}

function dropOptions({ source, command, first }: Subcommand): {
  readonly ifExists: boolean;
  readonly cascade: boolean;
  readonly insertAt?: { readonly ifExists: number };
} {
  const word = source.tokens.words[first + 1];
  const offset = insertionAfter(source, word === 'column' || word === 'constraint' ? first + 1 : first);
  return {
    ifExists: command.missing_ok === true,
    cascade: command.behavior === 'DROP_CASCADE',
    ...(command.missing_ok || offset === undefined ? {} : { insertAt: { ifExists: offset } }),
  };
}

function alterColumnType({ source, command, table, column, first }: Subcommand): Operation {
  const definition = as(command.def, 'ColumnDef');
  const collation = strings(definition?.collClause?.collname);
  const using = definition?.raw_default === undefined ? undefined : findWord(source, first, ['using']);
  return {
    kind: 'alter column type',
    table,
    column,
    type: typeText(definition?.typeName),
    ...(using === undefined ? {} : { using: slice(source, element(source, using + 1)) }),
    ...(collation.length === 0 ? {} : { collation: collation.map(quoteIdentifier).join('.') }),
  };
}

function textAfter({ source, first }: Subcommand, keyword: string): string {
  const index = findWord(source, first, [keyword]);
  return index === undefined ? '' : slice(source, element(source, index + 1));
}

function addConstraint({ source, command, table, span }: Subcommand): Operation {
  const constraint = constraintSpecification(source, as(command.def, 'Constraint') ?? {});
  const canBeNotValid = constraint.kind === 'foreign key' || constraint.kind === 'check' || constraint.kind === 'not null';
  const place = canBeNotValid && !constraint.notValid ? { insertAt: { notValid: source.fileSpan(span).end } } : {};
  return { kind: 'add constraint', table, constraint, ...place };
}

function partition({ source, command, table, first, span }: Subcommand): Operation {
  const details = as(command.def, 'PartitionCmd');
  const name = relationName(details?.name);
  if (command.subtype === 'AT_AttachPartition') {
    const bound = findWord(source, first, ['for', 'default']);
    return {
      kind: 'attach partition',
      table,
      partition: name,
      ...(bound === undefined ? {} : { bound: slice(source, element(source, bound)) }),
    };
  }
  const concurrently = details?.concurrent === true;
  const finalize = command.subtype === 'AT_DetachPartitionFinalize';
  const place = concurrently || finalize ? {} : { insertAt: { concurrently: source.fileSpan(span).end } };
  return { kind: 'detach partition', table, partition: name, concurrently, finalize, ...place };
}
