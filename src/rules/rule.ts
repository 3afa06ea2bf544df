import type { Engine, EngineName } from '../model/engine';
import type { Fix, Severity } from '../model/finding';
import type { FrameworkName, Migration } from '../model/migration';
import type { OperationKind } from '../model/operation';
import type { Problem } from '../model/result';
import type { Framework, SourceFile } from '../model/run-protocol';
import type { Range } from '../model/text';
import type { OperationOf, RuleContext, Step } from './context';

/** What a rule says about one place. */
export interface Violation {
  readonly range: Range;
  /** For a program in code: the range counts in its file, not in the text of what it sends. */
  readonly inSource?: true;
  /** What is wrong, and why it matters for this statement on this version and framework. */
  readonly message: string;
  /** What to do. */
  readonly help: string;
  readonly fixes: readonly Fix[];
}

/** Migrations that a test lints: the rule must find exactly `findings` in the file at `path`. */
export interface RuleExample {
  readonly title: string;
  readonly framework: FrameworkName;
  /** Postgres majors for which it holds; default: 18 alone. */
  readonly majors?: readonly number[];
  /** Versions of other engines for which it holds, `mysql 8.0`, instead of Postgres majors. Default: the newest of each engine of the rule. */
  readonly engines?: readonly string[];
  /** The whole folder, earlier migrations included; the linted one is the last unless `path` says otherwise. */
  readonly files: readonly SourceFile[];
  readonly path?: string;
}

export interface BadExample extends RuleExample {
  /** One per expected finding of this rule, in order: a text that its range covers exactly, and a part of its message. */
  readonly findings: readonly { readonly at: string; readonly says: string }[];
  /**
   * What the files are after the first fix of the first finding: only those that change or are new. Absent: there is no fix, or its
   * result is judged by the test alone (it reads, and the finding is gone).
   */
  readonly fixed?: readonly SourceFile[];
}

/**
 * The examples of one idea of a rule that has several. Such a rule has a folder of its name, in which each idea is a file with its check and
 * these; the rule's own file takes them in.
 */
export interface Examples {
  readonly bad: readonly BadExample[];
  readonly good: readonly RuleExample[];
}

/**
 * A rule is one file that declares all of this. The id stands here and nowhere else: the page in `docs/rules` and the address are made
 * from it, and a test runs every example.
 */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** The engines that it is for. Absent: all. */
  readonly engines?: readonly EngineName[];
  /** For the rule's page, in Markdown: what it finds, why that matters, what to do, and when it is silent. */
  readonly explanation: string;
  readonly bad: readonly BadExample[];
  readonly good: readonly RuleExample[];
  /**
   * Looks at the operations of one program, those of nested statements too: kind by kind in the order written here, and in the order of the
   * text. What does nothing of these kinds never meets the rule.
   */
  readonly operations?: OperationChecks;
  /** Looks at one program as a whole. A rule has this or `operations`. */
  readonly check?: (context: RuleContext) => readonly Violation[];
  /** Looks at the folder as a whole: names, versions, order. */
  readonly checkFolder?: (folder: FolderContext) => readonly FileViolation[];
}

/** What a rule says about an operation, by its kind. */
export type OperationChecks = {
  readonly [K in OperationKind]?: (context: RuleContext, step: Step, operation: OperationOf<K>) => readonly Violation[];
};

/** Is the rule for migrations of this engine? */
export function isForEngine({ engines }: Rule, { name }: Engine): boolean {
  return engines === undefined || engines.includes(name);
}

/** All migrations of a folder. */
export interface FolderContext {
  readonly framework: Framework;
  /** In the order in which the framework runs them. */
  readonly migrations: readonly Migration[];
  readonly files: readonly SourceFile[];
  /** Why files could not be read as migrations. */
  readonly problems: readonly Problem[];
}

/** What a rule says about a file of the folder. */
export interface FileViolation {
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

/** The page that explains a rule. */
export function ruleUrl(id: string): string {
  return `https://github.com/faultline-dev/faultline/blob/main/docs/rules/${id}.md`;
}
