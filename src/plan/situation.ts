import type { Catalog, Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import type { PlannedLock } from '../model/plan';
import { findTable, type SearchedCatalog } from '../schema/lookup';

/** What is known when a statement runs. */
export interface Situation {
  /** The server's major version. */
  readonly version: number;
  /** The schema right before the statement. */
  readonly catalog: SearchedCatalog;
  /** Keys of the relations that earlier statements of the same program made. */
  readonly created: { has(key: string): boolean };
}

/** A name as people write it. */
export function label(name: ObjectName): string {
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
}

function keyOf(name: ObjectName): string {
  return `${name.schema ?? 'public'}.${name.name}`;
}

/** True for a table that this migration made itself: nobody else uses it yet, and it is as good as empty. */
export function isNew(situation: Situation, name: ObjectName): boolean {
  return situation.created.has(keyOf(name));
}

/** Says of each lock whether it is one that nobody waits for. */
export function withNewRelations(locks: readonly PlannedLock[], { created }: Pick<Situation, 'created'>): readonly PlannedLock[] {
  return locks.map((lock) => (created.has(keyOf(lock.name)) ? { ...lock, onNew: true } : lock));
}

export function tableOf(situation: Situation, name: ObjectName): Table | undefined {
  return findTable(situation.catalog, name);
}

/**
 * Asks, for a statement by its position, whether an earlier one of the same program made a relation. Renames are followed; what was
 * dropped again is not counted.
 */
export class CreatedRelations {
  /** Positions at which a relation came to be made, or ceased to be; in order. */
  private readonly turns = new Map<string, { readonly position: number; readonly made: boolean }[]>();

  /** `existing`: what CREATE TABLE IF NOT EXISTS finds there already is not new. */
  constructor(
    statements: readonly Statement[],
    private readonly existing: Catalog,
  ) {
    for (const [position, { operations }] of statements.entries()) {
      for (const operation of operations) this.follow(position, operation);
    }
  }

  before(position: number): { has(key: string): boolean } {
    return { has: (key) => this.turns.get(key)?.findLast((turn) => turn.position < position)?.made ?? false };
  }

  private follow(position: number, operation: Operation): void {
    if (operation.kind === 'create table') this.turn(operation.table, position, !this.isKept(operation));
    else if (operation.kind === 'create object' && operation.objectKind === 'materialized view')
      this.turn(operation.object, position, true);
    else if (operation.kind === 'drop object') for (const object of operation.objects) this.turn(object, position, false);
    else if (operation.kind === 'rename object' && this.turns.get(keyOf(operation.object))?.at(-1)?.made) {
      const { schema } = operation.object;
      this.turn(operation.object, position, false);
      this.turn(schema === undefined ? { name: operation.newName } : { schema, name: operation.newName }, position, true);
    }
  }

  private isKept({ table, ifNotExists }: Extract<Operation, { kind: 'create table' }>): boolean {
    return ifNotExists && findTable(this.existing, table) !== undefined;
  }

  private turn(name: ObjectName, position: number, made: boolean): void {
    const key = keyOf(name);
    const turns = this.turns.get(key);
    if (turns !== undefined) turns.push({ position, made });
    else if (made) this.turns.set(key, [{ position, made }]);
  }
}
