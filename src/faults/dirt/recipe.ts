import type { DocumentValue } from '../../model/document';

/** What is put into the state before, so that one statement fails on it: which rows, and the errors that prove it. All names are those of before. */
export interface Dirt {
  /** `schema.table`. */
  readonly table: string;
  /** What is wrong with the rows: "two rows with the same email". */
  readonly description: string;
  /** SQLSTATEs, or their first digits, of which one must be the statement's answer. */
  readonly errors: readonly string[];
  readonly recipe: Recipe;
}

/** A value to try, as an SQL expression. */
export interface OddValue {
  readonly value: string;
  /** What it is, in words: "a text that is no number". */
  readonly words: string;
}

/** What is changed in one document. */
export interface DocumentChanges {
  /** By path with dots; in the order in which they are made. */
  readonly set?: readonly { readonly path: string; readonly value: DocumentValue }[];
  readonly unset?: readonly string[];
}

/** How the rows come about: each begins as a valid row, of which a few columns are changed. Expressions are SQL over the table's columns. */
export type Recipe =
  /** One row in which the column is NULL. */
  | { readonly kind: 'null'; readonly column: string }
  /** One row with this value. */
  | { readonly kind: 'value'; readonly column: string; readonly value: string }
  /** Two rows with equal keys, none of them NULL unless `nullsEqual`, that meet the predicate. `columns` are those that keys and predicate read. */
  | {
      readonly kind: 'equal keys';
      readonly keys: readonly string[];
      readonly columns: readonly string[];
      readonly predicate?: string;
      readonly nullsEqual: boolean;
    }
  /** Two rows of which one has a column's value in another form (upper case, blanks around it): equal once it is brought into one form. */
  | { readonly kind: 'variant'; readonly column: string; readonly form: 'upper' | 'padded' }
  /** One row that refers to a row that is not there. `parent` is absent when the migration makes that table itself. */
  | {
      readonly kind: 'orphan';
      readonly columns: readonly string[];
      readonly parent?: string;
      readonly parentColumns: readonly string[];
    }
  /** One row of `parent` that meets `where` (every row does when it is absent), and one of the table that refers to it. */
  | {
      readonly kind: 'referring';
      readonly columns: readonly string[];
      readonly parent: string;
      readonly where?: string;
      /** Columns of `parent` that `where` reads. */
      readonly read?: readonly string[];
    }
  /** One row for which the expression is false. */
  | { readonly kind: 'condition false'; readonly expression: string; readonly columns: readonly string[] }
  /** One row with the first of these values on which the ALTER TABLE subcommand fails. */
  | {
      readonly kind: 'conversion';
      readonly column: string;
      readonly subcommand: string;
      readonly values: readonly OddValue[];
      /** The new type, and its labels where it is an enum. */
      readonly type: string;
      readonly labels?: readonly string[];
    }
  /** One row on which the expression can't be evaluated. */
  | { readonly kind: 'expression fails'; readonly expression: string; readonly values: readonly (OddValue & { readonly column: string })[] }
  /** Rows as any other: that there is one at all is what the statement can't take. */
  | { readonly kind: 'any row'; readonly rows: number }
  /** A row with these values, as the statement itself would insert it. */
  | { readonly kind: 'given'; readonly values: readonly { readonly column: string; readonly value: string }[] }
  /** Two documents that are alike in all but their _id and keys that are unique already; these fields, where they are named, are in neither. */
  | { readonly kind: 'equal documents'; readonly keys: readonly string[]; readonly missing?: true; readonly meets?: DocumentValue }
  /**
   * Documents that begin like others of the collection and meet the filter, each with these changes. `unchecked`: older than the validator that there
   * is.
   */
  | {
      readonly kind: 'documents';
      readonly documents: readonly DocumentChanges[];
      readonly meets?: DocumentValue;
      readonly unchecked?: true;
    }
  /** One row that the bound of a partition leaves out (or, for the rows of a DEFAULT partition, takes in). */
  | { readonly kind: 'bound'; readonly parent: string; readonly bound: string; readonly side: 'outside' | 'inside' };

/** What a statement can meet: candidates, likeliest first, and what is to be said when none of them does it. */
export interface DirtAnswer {
  readonly candidates: readonly Dirt[];
  /** One sentence: why no row can break the statement, as far as the texts and the schema tell. */
  readonly otherwise: string;
  /** Why no row can break what the statement asks for first, where the candidates are for something else. */
  readonly besides?: string;
}

export function none(otherwise: string): DirtAnswer {
  return { candidates: [], otherwise };
}
