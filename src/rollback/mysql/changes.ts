import { type Catalog, type Column, relationKey, type Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import { parentColumns } from '../../schema/mysql/parts';
import { columnLine } from '../../schema/mysql/show-create';
import { isLost } from '../../state/loss';
import { match } from '../../state/match';
import { type Change, type ChangeOptions, type CheckedValues, change, columnIdentity } from '../change';
import { spoken } from '../names';
import { inOrderOfNeed } from '../order';
import { type ColumnPlan, type MysqlPair, planColumns } from './column-clauses';
import { definitionChanges, schemaChanges, triggerChanges } from './definitions';
import { addForeignKey, dropForeignKey, type ForeignKey, followedDefinition, foreignKeysOf, withTargetNames } from './foreign-keys';
import { checkClauses, indexClauses, type WaitingPart } from './indexes';
import { sqlName } from './names';
import { createTable, dropTable, optionClauses, partitionChange, renameTables } from './tables';

/**
 * Statements of MySQL or MariaDB that turn one schema into another, in an order in which they can be executed: triggers and routines, foreign
 * keys that are in the way, tables that go, renames, tables that come, one ALTER for each table that stays, foreign keys, the rest. Each
 * statement commits by itself; tables are followed by identity, so that a renamed one is renamed back with its rows.
 */
export function mysqlCatalogChanges(from: Catalog, to: Catalog, engine: Engine, options: ChangeOptions): Change[] {
  return new Writer(from, to, engine, options).changes();
}

interface Plan extends MysqlPair {
  /** The table as it is called now. */
  readonly now: Table;
  readonly columns: ColumnPlan;
  readonly clauses: readonly string[];
  readonly waiting: readonly WaitingPart[];
}

class Writer {
  private readonly from: Catalog;
  private readonly plans: readonly Plan[];
  private readonly newTables: readonly Table[];
  private readonly oldTables: readonly Table[];
  private readonly kept = new Set<ForeignKey['constraint']>();
  private readonly gone: readonly ForeignKey[];
  private readonly come: readonly ForeignKey[];
  private readonly waitingKeys: readonly ForeignKey[];

  constructor(
    private readonly original: Catalog,
    private readonly to: Catalog,
    private readonly engine: Engine,
    private readonly options: ChangeOptions,
  ) {
    this.from = withTargetNames(original, to);
    const tables = match(this.from.tables, to.tables, relationKey);
    this.plans = tables.pairs.map(([a, b]) => this.planOf(a, b));
    this.newTables = byNeed(tables.added);
    this.oldTables = byNeed(tables.removed).reverse();
    this.keepForeignKeys();
    this.waitingKeys = this.plans.flatMap((plan) => foreignKeysOf(plan.to).filter((key) => this.waits(plan, key)));
    this.gone = this.plans.flatMap(({ from }) => foreignKeysOf(from)).filter(({ constraint }) => !this.kept.has(constraint));
    const waiting = new Set(this.waitingKeys.map(({ constraint }) => constraint));
    this.come = this.plans
      .flatMap(({ to: target }) => foreignKeysOf(target))
      .filter(({ constraint }) => !this.kept.has(constraint) && !waiting.has(constraint));
  }

  changes(): Change[] {
    const { options, engine } = this;
    const triggers = triggerChanges(
      this.plans.map(({ now, to }) => ({ from: now, to })),
      this.newTables,
      options,
    );
    const definitions = definitionChanges(this.from, this.to, options);
    const schemas = schemaChanges(this.from, this.to, options);
    const created = this.createdTables();
    const altered = this.alteredTables(created.done);
    return [
      ...schemas.creates,
      ...triggers.drops,
      ...definitions.drops,
      ...this.earlyForeignKeys(),
      ...this.oldTables.map((table) => dropTable(this.asNow(table), options)),
      ...renameTables(
        this.plans.map(({ now, to }) => [now, to] as const),
        new Set(this.plans.map(({ now }) => relationKey(now))),
        options,
      ),
      ...created.changes,
      // A partitioned table takes no foreign key, and each of its unique keys has to hold the partitioning's columns (manual, Restrictions
      // and Limitations on Partitioning).
      ...this.partitionChanges(({ to }) => to.partitionKey === undefined),
      ...altered.changes,
      ...this.lateForeignKeys([...created.late, ...altered.late]),
      ...this.partitionChanges(({ to }) => to.partitionKey !== undefined),
      ...definitions.creates,
      ...triggers.creates,
      ...this.plans.flatMap(({ to, columns }) => waitingColumns(to, columns, engine)),
      ...this.plans.flatMap(({ to, waiting }) => waiting.map((part) => waitingPart(to, part))),
      ...this.waitingForeignKeys(),
      ...schemas.drops,
    ];
  }

  private partitionChanges(concerns: (plan: Plan) => boolean): Change[] {
    return this.plans.filter(concerns).flatMap(({ from, to }) => partitionChange(from, to, this.options));
  }

  private planOf(from: Table, to: Table): Plan {
    const written = this.columnsWritten(to);
    const columns = planColumns({ from, to }, this.engine, this.options.isEmpty(relationKey(to)), written, (column) =>
      isExchanged(to, column, this.options),
    );
    const lost = new Set([...columns.dropped.map(({ name }) => name), ...columns.remade]);
    const indexes = indexClauses({ from, to }, columns.renamed, lost, written);
    const checks = checkClauses({ from, to }, columns.renamed, written);
    const clauses = [...checks.drops, ...indexes.drops, ...columns.clauses, ...indexes.adds, ...checks.adds, ...optionClauses(from, to)];
    return { from, to, now: this.asNow(from), columns, clauses, waiting: [...indexes.waiting, ...checks.waiting] };
  }

  /** Columns of a table of the target whose values the migration wrote over. Rows that are gone break no condition on what is left. */
  private columnsWritten(table: Table): ReadonlySet<string> {
    const key = relationKey(table);
    return new Set((this.options.overwritten ?? []).flatMap((loss) => (loss.table === key ? (loss.columns ?? []) : [])));
  }

  /** A table of `from` as it is called before the renames. */
  private asNow(table: Table): Table {
    return this.original.tables[this.from.tables.indexOf(table)] ?? table;
  }

  private planFor(key: string | undefined): Plan | undefined {
    return this.plans.find(({ to }) => relationKey(to) === key);
  }

  /** Foreign keys that are the same before and after, and whose columns nobody changes under them. */
  private keepForeignKeys(): void {
    for (const { from, to, columns } of this.plans) {
      for (const { constraint } of foreignKeysOf(from)) {
        const parent = this.planFor(constraint.references);
        const definition = followedDefinition(constraint, columns.renamed, parent?.columns.renamed);
        const same = to.constraints.find((other) => other.kind === 'foreign key' && other.name === constraint.name);
        const disturbed =
          same === undefined ||
          same.columns.some((name) => columns.retyped.has(name) || columns.remade.has(name)) ||
          parentColumns(same).some((name) => parent?.columns.retyped.has(name) || parent?.columns.remade.has(name)) ||
          this.losesItsParent(same.references);
        if (same?.definition !== definition || disturbed) continue;
        this.kept.add(constraint).add(same);
      }
    }
  }

  /** Was a foreign key that comes back not there while values on either side were written over, or rows that it points to went? */
  private waits({ from, columns }: Plan, { table, constraint }: ForeignKey): boolean {
    if (this.kept.has(constraint)) return false;
    const parent = this.planFor(constraint.references);
    const isHeld = foreignKeysOf(from).some(
      ({ constraint: other }) => followedDefinition(other, columns.renamed, parent?.columns.renamed) === constraint.definition,
    );
    const { overwritten = [] } = this.options;
    const written = this.columnsWritten(table);
    const target = { table: constraint.references ?? '', columns: parentColumns(constraint) };
    return !isHeld && (constraint.columns.some((name) => written.has(name)) || isLost(target, overwritten));
  }

  private waitingForeignKeys(): Change[] {
    return this.waitingKeys.map(({ table, constraint }) =>
      waitingPart(
        table,
        { name: constraint.name, clause: addForeignKey(constraint), columns: constraint.columns },
        { table: constraint.references ?? '', columns: parentColumns(constraint) },
      ),
    );
  }

  private losesItsParent(key: string | undefined): boolean {
    return this.newTables.some((table) => relationKey(table) === key);
  }

  /** What has to go before its table is altered: where the other table goes or changes first, or where the same name comes back. */
  private isEarly({ table, constraint }: ForeignKey): boolean {
    const parent = this.planFor(constraint.references);
    if (parent === undefined || (parent.clauses.length > 0 && parent.from !== table)) return true;
    return this.come.some((other) => other.constraint.name === constraint.name);
  }

  private earlyForeignKeys(): Change[] {
    const early = this.gone.filter((key) => this.isEarly(key));
    const ofDropped = this.oldTables.flatMap((table, place) =>
      foreignKeysOf(table).filter(({ constraint }) =>
        this.oldTables.slice(0, place).some((earlier) => relationKey(earlier) === constraint.references),
      ),
    );
    return grouped([...early, ...ofDropped]).map(([table, keys]) => {
      const now = this.asNow(table);
      const nameNow = (name: string) =>
        now.constraints[table.constraints.findIndex((constraint) => constraint.name === name)]?.name ?? name;
      const clauses = keys.map(({ constraint }) => dropForeignKey({ ...constraint, name: nameNow(constraint.name) }));
      const told = keys.map(({ constraint }) => constraint.name).join(', ');
      return alter('drop constraint', now, `Drop ${told} of ${spoken(now)}`, 'It is in the way of what follows.', clauses);
    });
  }

  /** Foreign keys come with their table where the table that they point to is there by then, and stays as it is. */
  private createdTables() {
    const { options, engine } = this;
    const done = new Set<string>();
    const late: ForeignKey[] = [];
    const changes = this.newTables.map((table) => {
      const keys = foreignKeysOf(table);
      const ready = keys.filter(({ constraint }) => {
        const parent = this.planFor(constraint.references);
        return parent === undefined
          ? done.has(constraint.references ?? '') || constraint.references === relationKey(table)
          : parent.clauses.length === 0;
      });
      late.push(...keys.filter((key) => !ready.includes(key)));
      done.add(relationKey(table));
      return createTable(
        table,
        ready.map(({ constraint }) => constraint),
        engine,
        options,
      );
    });
    return { changes, late, done };
  }

  private alteredTables(done: Set<string>) {
    const late: ForeignKey[] = [];
    const pending = new Set(this.plans.filter(({ clauses }) => clauses.length > 0).map(({ to }) => relationKey(to)));
    const inOrder = inOrderOfNeed(
      this.plans.map((plan) => ({
        item: plan,
        key: relationKey(plan.to),
        needs: foreignKeysOf(plan.to).map(({ constraint }) => constraint.references ?? ''),
      })),
    );
    const changes = inOrder.flatMap((plan) => {
      const key = relationKey(plan.to);
      const come = this.come.filter(({ table }) => table === plan.to);
      const ready = come.filter(({ constraint }) => {
        const parent = constraint.references ?? '';
        if (this.losesItsParent(parent)) return this.options.isEmpty(parent) && done.has(parent);
        return parent === key || !pending.has(parent);
      });
      // A name that goes in the same statement can't come in it.
      late.push(...come.filter((entry) => !ready.includes(entry)));
      pending.delete(key);
      const drops = this.gone.filter((entry) => entry.table === plan.from && !this.isEarly(entry));
      const clauses = [
        ...drops.map(({ constraint }) => dropForeignKey(constraint)),
        ...plan.clauses,
        ...ready.map(({ constraint }) => addForeignKey(constraint)),
      ];
      return clauses.length === 0 ? [] : [this.alteration(plan, clauses)];
    });
    return { changes, late };
  }

  private alteration({ to, columns }: Plan, clauses: readonly string[]): Change {
    const { options } = this;
    const name = spoken(to);
    const isEmpty = options.isEmpty(relationKey(to));
    const lost = isEmpty
      ? []
      : columns.added.filter(
          (column) => column.generated === undefined && (!columns.remade.has(column.name) || isExchanged(to, column, options)),
        );
    const values = lost.map((column) => `${name}.${column.name}`).join(', ');
    return alter('alter table', to, `Change ${name}: ${told(clauses)}`, `It was so ${options.goal}.`, clauses, {
      ...(lost.length > 0 && {
        loses: {
          text: `values of ${values}: restore them from a backup taken before the migration`,
          loss: { table: relationKey(to), columns: lost.map((column) => column.name) },
        },
      }),
    });
  }

  private lateForeignKeys(keys: readonly ForeignKey[]): Change[] {
    return grouped(keys).map(([table, entries]) => {
      const unchecked = entries.some(({ constraint }) => {
        const parent = constraint.references ?? '';
        return this.losesItsParent(parent) && !this.options.isEmpty(parent) && !this.newTables.includes(table);
      });
      const names = entries.map(({ constraint }) => constraint.name).join(', ');
      const clauses = entries.map(({ constraint }) => addForeignKey(constraint));
      const title = `Add ${names} to ${spoken(table)}`;
      const text = alterText(table, clauses);
      if (!unchecked) return change('add constraint', title, `It was there ${this.options.goal}.`, text, { transactional: false });
      const why =
        'The rows that it points to are lost, so it is added without a check: restore them, then look for rows that point to none.';
      return change('add constraint', `${title}, unchecked`, why, `SET foreign_key_checks = 0;\n${text};\nSET foreign_key_checks = 1`, {
        transactional: false,
      });
    });
  }
}

function isExchanged(table: Table, column: Column, { exchanged }: ChangeOptions): boolean {
  return exchanged?.has(columnIdentity(table, column)) === true;
}

function alterText(table: Table, clauses: readonly string[]): string {
  const separator = clauses.length === 1 ? ' ' : '\n  ';
  return `ALTER TABLE ${sqlName(table)}${separator}${clauses.join(`,${separator}`)}`;
}

function alter(
  kind: string,
  table: Table,
  title: string,
  why: string,
  clauses: readonly string[],
  rest: Partial<Pick<Change, 'loses' | 'needs'>> = {},
): Change {
  return change(kind, title, why, alterText(table, clauses), { transactional: false, ...rest });
}

/** `drop column note, add index a and 2 more`: what the clauses do, in small letters. */
function told(clauses: readonly string[]): string {
  const short = clauses.map((clause) => {
    const [, verb = '', name] = /^((?:[A-Z]+ )*[A-Z_]+)(?:[ =]`((?:[^`]|``)*)`)?/.exec(clause) ?? [];
    return `${verb.toLowerCase()}${name === undefined ? '' : ` ${name.replaceAll('``', '`')}`}`;
  });
  return short.length <= 3 ? short.join(', ') : `${short.slice(0, 2).join(', ')} and ${short.length - 2} more`;
}

/** By table, in the order in which the tables come first. */
function grouped(keys: readonly ForeignKey[]): (readonly [Table, readonly ForeignKey[]])[] {
  const tables = [...new Set(keys.map(({ table }) => table))];
  return tables.map((table) => [table, keys.filter((key) => key.table === table)] as const);
}

function byNeed(tables: readonly Table[]): Table[] {
  return inOrderOfNeed(
    tables.map((table) => ({
      item: table,
      key: relationKey(table),
      needs: foreignKeysOf(table).flatMap(({ constraint }) => constraint.references ?? []),
    })),
  );
}

/** NOT NULL of columns that came back without their values, or whose values were written over, and types that are too narrow for what is there. */
function waitingColumns(table: Table, { waiting, narrower, added }: ColumnPlan, engine: Engine): Change[] {
  const valuesOf = ({ name }: Column) => ({ table: relationKey(table), columns: [name] });
  const types = narrower.map((column) =>
    change(
      'change type',
      `Make ${spoken(table)}.${column.name} ${column.type} again`,
      'It was so before.',
      `ALTER TABLE ${sqlName(table)} MODIFY COLUMN ${columnLine(column, engine)}`,
      { transactional: false, rechecks: { own: valuesOf(column) } },
    ),
  );
  const required = waiting.map((column) => {
    const values = valuesOf(column);
    return change(
      'set not null',
      `Set ${spoken(table)}.${column.name} NOT NULL`,
      'It was so before.',
      `ALTER TABLE ${sqlName(table)} MODIFY COLUMN ${columnLine(column, engine)}`,
      { transactional: false, ...(added.includes(column) ? { needs: values } : { rechecks: { own: values } }) },
    );
  });
  return [...types, ...required];
}

/** A key or a condition whose values were written over while it was not there: the server checks all rows, and may refuse it. */
function waitingPart(table: Table, { name, clause, columns }: WaitingPart, target?: CheckedValues): Change {
  const text = alterText(table, [clause]);
  return change('add constraint', `Add ${name} to ${spoken(table)}`, 'It was there before.', text, {
    transactional: false,
    rechecks: { own: { table: relationKey(table), columns }, target },
  });
}
