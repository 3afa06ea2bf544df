/** A column of a tool's history or lock table. */
export interface HistoryColumn {
  readonly name: string;
  readonly type: string;
  /** The server gives its value: an identity, a sequence, a generated column. */
  readonly isGiven: boolean;
  /** Part of the primary key or of a unique key. */
  readonly isKey: boolean;
}

/** Values as the server writes them. */
export type HistoryValues = Readonly<Record<string, string | null>>;

export interface HistoryTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly HistoryColumn[];
  readonly rows: readonly HistoryValues[];
}

/** How what a tool keeps is written in an engine's SQL. */
export interface HistoryWriting {
  name(table: HistoryTable): string;
  identifier(name: string): string;
  /** A value as the server writes it, as a literal of a column of this type. */
  literal(value: string | null | undefined, type: string | undefined): string;
  /** A condition: the two differ, nulls being alike. */
  differ(left: string, right: string): string;
  /** Statements that only work when the table is there, or only when it is not. */
  guarded(table: HistoryTable, texts: readonly string[], when: 'there' | 'missing'): readonly string[];
}
