/**
 * Tables as TypeORM's builders speak of them (`schema-builder/table`, `schema-builder/options`). Strings may carry holes: what only running
 * the code would tell.
 */

export interface TableColumn {
  readonly name: string;
  /** Empty where the options leave it out, as TypeORM has it; undefined for a column of a table that no migration shows. */
  readonly type: string | undefined;
  readonly length: string | undefined;
  readonly charset?: string;
  readonly collation?: string;
  readonly precision?: string;
  readonly scale?: string;
  readonly default?: string;
  readonly isNullable: boolean | undefined;
  readonly isGenerated: boolean | undefined;
  readonly generationStrategy?: string;
  readonly generatedIdentity?: string;
  readonly isPrimary: boolean | undefined;
  readonly isUnique: boolean | undefined;
  readonly isArray: boolean | undefined;
  readonly comment?: string;
  readonly enum?: readonly string[];
  readonly enumName?: string;
  readonly primaryKeyConstraintName?: string;
  readonly asExpression?: string;
  readonly generatedType?: string;
  readonly spatialFeatureType?: string;
  readonly srid?: string;
  /** MySQL: `ON UPDATE`. */
  readonly onUpdate?: string;
  readonly unsigned?: boolean;
  /** Set for a column that no migration shows, and for its copies: what it was is not known, only what a copy changes. */
  readonly unseen?: object;
}

export interface TableIndex {
  readonly name?: string;
  readonly columnNames: readonly string[];
  readonly isUnique: boolean;
  readonly isConcurrent: boolean;
  /** `gist`, also for isSpatial. */
  readonly type?: string;
  /** MySQL. */
  readonly kind?: 'FULLTEXT' | 'SPATIAL';
  readonly parser?: string;
  /** Empty when there is none. */
  readonly where: string;
}

export interface TableForeignKey {
  readonly name?: string;
  readonly columnNames: readonly string[];
  readonly referencedSchema?: string;
  /** MySQL. */
  readonly referencedDatabase?: string;
  readonly referencedTableName: string;
  readonly referencedColumnNames: readonly string[];
  readonly onDelete?: string;
  readonly onUpdate?: string;
  readonly deferrable?: string;
}

export interface TableUnique {
  readonly name?: string;
  readonly columnNames: readonly string[];
  readonly deferrable?: string;
}

export interface TableCheck {
  readonly name?: string;
  readonly columnNames?: readonly string[];
  readonly expression: string;
}

export interface TableExclusion {
  readonly name?: string;
  readonly expression: string;
  readonly deferrable?: string;
}

export interface Table {
  readonly schema?: string;
  /** MySQL. */
  readonly database?: string;
  readonly engine?: string;
  /** May have the schema in it: `audit.events`. */
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly indices: readonly TableIndex[];
  readonly foreignKeys: readonly TableForeignKey[];
  readonly uniques: readonly TableUnique[];
  readonly checks: readonly TableCheck[];
  readonly exclusions: readonly TableExclusion[];
  readonly comment?: string;
  /** True for a table of the database that no migration shows: what it has is not known. */
  readonly unseen?: boolean;
}

export interface View {
  readonly schema?: string;
  readonly name: string;
  readonly expression: string;
  readonly materialized: boolean;
}

/** A table by its name alone. */
export function namedTable(name: string): Table {
  return { name, columns: [], indices: [], foreignKeys: [], uniques: [], checks: [], exclusions: [], unseen: true };
}

export function columnNamed(table: Table, name: string): TableColumn {
  return table.columns.find((column) => column.name === name) ?? unseenColumn(name);
}

/** A column of which only the name is known. */
export function unseenColumn(name: string): TableColumn {
  return {
    name,
    type: undefined,
    length: undefined,
    isNullable: undefined,
    isGenerated: undefined,
    isPrimary: undefined,
    isUnique: undefined,
    isArray: undefined,
    unseen: {},
  };
}

export function primaryColumns(table: Table): readonly TableColumn[] {
  return table.columns.filter((column) => column.isPrimary === true);
}

/** The columns that changed or came; a column with the same name gives way. */
export function withColumn(table: Table, column: TableColumn, oldName = column.name): Table {
  const known = table.columns.some(({ name }) => name === oldName);
  const columns = known ? table.columns.map((old) => (old.name === oldName ? column : old)) : [...table.columns, column];
  return { ...table, columns };
}
