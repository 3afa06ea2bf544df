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

/** A column with the value that a row has in it, as the server writes it. */
export interface HistoryValue {
  readonly column: HistoryColumn;
  readonly value: string | null | undefined;
}

/** How what a tool keeps is written in an engine's language. Each gives one statement. */
export interface HistoryWriting {
  readonly language: 'sql' | 'mongosh';
  /** Deletes the rows that have all of these values; all rows where there are none. */
  deletion(table: HistoryTable, values: readonly HistoryValue[]): string;
  /** Inserts a row as the tool wrote it; a time is now. */
  insertion(table: HistoryTable, values: readonly HistoryValue[]): string;
  /** Sets these values in every row in which one of `telling` differs; in all where that is empty. */
  update(table: HistoryTable, values: readonly HistoryValue[], telling: readonly HistoryValue[]): string;
  /** Statements that only work when the table is there, or only when it is not. */
  guarded(table: HistoryTable, texts: readonly string[], when: 'there' | 'missing'): readonly string[];
}
