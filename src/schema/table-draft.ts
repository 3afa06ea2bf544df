import type { Column, Constraint, Index, Table, Trigger } from '../model/catalog';
import type { Workspace } from './workspace';

/**
 * A table while parts are added to it one after another. The workspace gets a version of it when all are there, not one for each part; what
 * asks for names that are taken has to look into the draft too.
 */
export class TableDraft {
  readonly columns: Column[];
  readonly constraints: Constraint[];
  readonly indexes: Index[];
  readonly triggers: Trigger[];
  private isChanged = false;

  private constructor(readonly table: Table) {
    this.columns = [...table.columns];
    this.constraints = [...table.constraints];
    this.indexes = [...table.indexes];
    this.triggers = [...table.triggers];
  }

  /** Changes a table of the workspace. */
  static change(workspace: Workspace, table: Table, change: (draft: TableDraft) => void): void {
    const draft = new TableDraft(table);
    change(draft);
    if (!draft.isChanged) return;
    const { columns, constraints, indexes, triggers } = draft;
    workspace.tables.set({ ...table, columns, constraints, indexes, triggers });
  }

  addColumn(column: Column): void {
    this.isChanged = true;
    this.columns.push(column);
  }

  addConstraint(constraint: Constraint): void {
    this.isChanged = true;
    this.constraints.push(constraint);
  }

  addIndex(index: Index): void {
    this.isChanged = true;
    this.indexes.push(index);
  }

  addTrigger(trigger: Trigger): void {
    this.isChanged = true;
    this.triggers.push(trigger);
  }

  /** Puts another version in the place of the column of that name. */
  changeColumn(name: string, change: (column: Column) => Column): void {
    const place = this.columns.findIndex((column) => column.name === name);
    const column = this.columns[place];
    if (column === undefined) return;
    this.isChanged = true;
    this.columns[place] = change(column);
  }

  changeConstraint(name: string, change: (constraint: Constraint) => Constraint): void {
    const place = this.constraints.findIndex((constraint) => constraint.name === name);
    const constraint = this.constraints[place];
    if (constraint === undefined) return;
    this.isChanged = true;
    this.constraints[place] = change(constraint);
  }

  /** Puts another version in the place of the index of that name. */
  changeIndex(name: string, change: (index: Index) => Index): void {
    const place = this.indexes.findIndex((index) => index.name === name);
    const index = this.indexes[place];
    if (index === undefined) return;
    this.isChanged = true;
    this.indexes[place] = change(index);
  }

  setNotNull(names: readonly string[]): void {
    for (const [place, column] of this.columns.entries()) {
      if (column.notNull || !names.includes(column.name)) continue;
      this.isChanged = true;
      this.columns[place] = { ...column, notNull: true };
    }
  }

  isConstraint(name: string): boolean {
    return this.constraints.some((constraint) => constraint.name === name);
  }

  isIndex(name: string): boolean {
    return this.indexes.some((index) => index.name === name);
  }
}
