import type { Range, TextEdit } from './text';

export type Severity = 'error' | 'warning' | 'info';

export interface Fix {
  readonly title: string;
  /** True when the fix can't change what the migration does to data or to the final schema. Only safe ones are applied in bulk. */
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, and why it matters for this statement on this version. */
  readonly message: string;
  /** What to do. */
  readonly help: string;
  readonly url: string;
  readonly section: 'up' | 'down';
  readonly range: Range;
  readonly fixes: readonly Fix[];
}

/** The findings of one file: an entry of `files` in `lint --format json`. */
export interface FileReport {
  readonly path: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly framework: string;
  readonly findings: readonly Finding[];
  /** What could not be read. */
  readonly errors: readonly { readonly message: string; readonly range: Range }[];
}

/** `lint --format json`. */
export interface LintReport {
  readonly version: 1;
  readonly files: readonly FileReport[];
  readonly summary: {
    readonly files: number;
    readonly findings: Readonly<Record<Severity, number>>;
    readonly durationMs: number;
  };
}
