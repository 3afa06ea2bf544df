import type { Catalog } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Finding } from '../model/finding';
import type { Migration, Program } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import type { Framework, SourceFile } from '../model/run-protocol';
import type { Position, Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import { planProgram } from '../plan/plan';
import { groupByKind, type RuleContext, type Step } from '../rules/context';
import type { Violation } from '../rules/rule';
import { findNamed, findTable } from '../schema/lookup';
import { replaySteps } from '../schema/virtual-schema';
import { isReplayed } from '../schema/workspace';
import type { ActiveRule, ActiveRules } from './active-rules';
import { nestedSteps } from './nested';

export interface ProgramInput {
  readonly migration: Migration;
  readonly program: Program;
  readonly framework: Framework;
  readonly engine: Engine;
  readonly files: readonly SourceFile[];
  readonly text: string;
  /** The file itself, where `text` is the rendering of code. */
  readonly source?: string;
  /** The schema that the program meets. */
  readonly before: Catalog;
  /** The schema before the migration, which a rollback has to bring back. */
  readonly origin?: Catalog;
  /** Ids. */
  readonly rulesOff: ReadonlySet<string>;
}

/** What a rule is to see of one program. */
export function ruleContext(input: ProgramInput): RuleContext {
  const { migration, program, before } = input;
  const plan = planProgram(migration, program.direction, before);
  const schemas = replaySteps(before, program.statements, migration.engine, program.execution);
  const transactions = new Map(plan.transactions.map((transaction) => [transaction.index, transaction]));
  const steps: Step[] = [];
  for (const [position, planned] of plan.statements.entries()) {
    const transaction = transactions.get(planned.transaction);
    if (transaction === undefined) continue;
    steps.push({
      statement: planned.statement,
      planned,
      transaction,
      inTransaction: transaction.kind !== 'autocommit',
      before: schemas[position] ?? before,
      after: schemas[position + 1] ?? before,
    });
  }
  const nested = steps.flatMap(nestedSteps);
  const all = [...steps, ...nested];
  return {
    migration,
    program,
    engine: input.engine,
    framework: input.framework,
    plan,
    steps,
    nested,
    before,
    origin: input.origin,
    after: schemas.at(-1) ?? before,
    files: input.files,
    rulesOff: input.rulesOff,
    text: input.text,
    source: input.source,
    lines: new LineIndex(input.text),
    created: createdRelations(before, all),
    operations: groupByKind(all),
  };
}

/** What a rule found, and whether its range counts in the file of code rather than in the text that rules see. */
export interface CheckedFinding {
  readonly finding: Finding;
  readonly inSource: boolean;
}

/** Runs the rules. Findings come in the order of their places. */
export function checkProgram(context: RuleContext, rules: ActiveRules): readonly CheckedFinding[] {
  const findings: CheckedFinding[] = [];
  for (const active of rules.meeting(context.operations)) {
    for (const violation of active.check(context)) findings.push(checkedFinding(context, active, violation));
  }
  return findings.sort((left, right) => byPlace(left.finding, right.finding));
}

function checkedFinding(context: RuleContext, { rule, severity, url }: ActiveRule, violation: Violation): CheckedFinding {
  const { range, message, inSource } = violation;
  const section = context.program.direction;
  return {
    finding: { rule: rule.id, severity, url, section, range, message, ...advice(context, violation) },
    inSource: inSource === true,
  };
}

/** What to do. A fix is written for a statement of the file itself: one in a block or a function has to be taken out of there first. */
function advice({ nested }: RuleContext, { range, help, fixes, inSource }: Violation): Pick<Finding, 'help' | 'fixes'> {
  const step = inSource ? undefined : nested.find(({ statement }) => isWithin(range, statement.range));
  if (step?.within === undefined) return { help, fixes };
  return { help: `${help} It stands in ${step.within}: take it out of there first.`, fixes: [] };
}

function isWithin(inner: Range, outer: Range): boolean {
  const follows = (left: Position, right: Position) =>
    left.line > right.line || (left.line === right.line && left.character >= right.character);
  return follows(inner.start, outer.start) && follows(outer.end, inner.end);
}

export function byPlace(left: Finding, right: Finding): number {
  return left.range.start.line - right.range.start.line || left.range.start.character - right.range.start.character;
}

/** A table that is altered for the first time appears in the schema too, but only those with a CREATE are new. */
function createdRelations(before: Catalog, steps: readonly Step[]): ReadonlyMap<string, number> {
  const created = new Map<string, number>();
  for (const step of steps) {
    for (const operation of step.statement.operations) {
      const name = createdName(operation);
      if (name === undefined) continue;
      const object = findTable(step.after, name) ?? findNamed(step.after.definitions, name, step.after.searchPath);
      if (object !== undefined && !created.has(object.identity) && !isIn(before, object.identity)) {
        created.set(object.identity, step.statement.index);
      }
    }
  }
  return created;
}

/** A replay gives out identities in their order. */
function isIn(catalog: Catalog, wanted: string): boolean {
  if (isReplayed(catalog)) return Number(wanted) < catalog.nextIdentity;
  return [...catalog.tables, ...catalog.definitions].some(({ identity }) => identity === wanted);
}

function createdName(operation: Operation): ObjectName | undefined {
  switch (operation.kind) {
    case 'create table':
      return operation.table;
    case 'create object':
      return operation.object;
    case 'document command': {
      const { effect, collection } = operation;
      const isOwn = collection?.name !== undefined && collection.database === undefined;
      return effect.kind === 'create collection' && isOwn ? { name: collection.name } : undefined;
    }
    default:
      return undefined;
  }
}
