import type { Migration, Program, ProgramExecution } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { ReadOptions, SourceFile } from '../../model/run-protocol';
import type { Span } from '../../model/text';
import { baseName, folderPrefix } from '../files';
import { includes, withSemicolons } from '../liquibase-file';
import { type KnownChange, writeChange } from './changes';
import type { ChangelogElement } from './element';
import { ChangesetRendering, type SentText } from './rendering';
import { Change } from './words';

/** How changesets run, whatever form they are written in. */
export interface ChangesetOptions extends ReadOptions {
  readonly files: readonly SourceFile[];
  /** Liquibase's name for the engine. */
  readonly database: string;
  readonly executionOf: (runInTransaction: boolean) => ProgramExecution;
}

/** What stands in a changeset beside its changes. */
const notChanges = new Set(['comment', 'preConditions', 'rollback', 'validCheckSum', 'modifySql']);

/** The changesets of a changelog that run on this database, each a migration. */
export function readChangesets(file: SourceFile, all: readonly ChangelogElement[], options: ChangesetOptions): Result<Migration>[] {
  return all
    .filter(({ attributes }) => attributes.get('ignore') !== 'true' && includes(attributes.get('dbms'), options.database))
    .map((element) => success(new ChangesetReader(file, element, options).read(all.length > 1)));
}

class ChangesetReader {
  private readonly substitute: (text: string) => string;
  private readonly execution: ProgramExecution;

  constructor(
    private readonly file: SourceFile,
    private readonly element: ChangelogElement,
    private readonly options: ChangesetOptions,
  ) {
    const { placeholders } = options;
    this.substitute = (text) => text.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => placeholders[name] ?? whole);
    this.execution = options.executionOf(element.attributes.get('runInTransaction')?.toLowerCase() !== 'false');
  }

  read(isOneOfSeveral: boolean): Migration {
    const { file, element } = this;
    const id = element.attributes.get('id') ?? '';
    const author = element.attributes.get('author') ?? '';
    const changes = element.children.filter(({ name }) => !notChanges.has(name)).map((each) => new Change(each, this.substitute));
    const down = this.down(changes);
    return {
      id: `${file.path}::${id}::${author}`,
      title: isOneOfSeveral ? `${baseName(file.path)} ${author}:${id}` : baseName(file.path),
      framework: 'liquibase',
      engine: this.options.engine,
      up: this.program('up', changes),
      ...(down === 'nothing' ? { downUnsupported: true } : down !== undefined && { down }),
    };
  }

  private program(direction: 'up' | 'down', changes: readonly Change[]): Program {
    const rendering = this.rendering();
    for (const change of changes) this.send(change, rendering);
    return rendering.program(direction, this.element.span, this.execution, this.options);
  }

  private rendering(): ChangesetRendering {
    return new ChangesetRendering(this.file.path, this.file.text);
  }

  /**
   * What `<rollback>` says; without it, what Liquibase makes of the changes, the last first, where each has an inverse. `nothing`: it says that
   * there is nothing to undo, or names another changeset that does it.
   */
  private down(changes: readonly Change[]): Program | 'nothing' | undefined {
    const own = this.element.children.filter(({ name }) => name === 'rollback').map((each) => new Change(each, this.substitute));
    const rendering = this.rendering();
    if (own.length === 0) {
      const inverses = this.inversesOf(changes);
      if (inverses === undefined) return undefined;
      for (const { statements, span } of inverses) for (const text of statements) rendering.add([written(text, span)], span, true);
    }
    for (const { element } of own) {
      const isOnlyText = element.children.every(({ name }) => name === 'comment');
      if (isOnlyText) this.sendText(element, rendering, element.texts, true, undefined);
      else for (const child of element.children) this.send(new Change(child, this.substitute), rendering);
    }
    if (rendering.isEmpty) return 'nothing';
    const program = rendering.program('down', this.element.span, this.execution, this.options);
    return own.length === 0 ? { ...program, implied: true } : program;
  }

  /** Undefined where Liquibase would refuse: "No inverse to ... created". */
  private inversesOf(changes: readonly Change[]): readonly { readonly statements: readonly string[]; readonly span: Span }[] | undefined {
    const inverses: { readonly statements: readonly string[]; readonly span: Span }[] = [];
    for (const change of changes.toReversed()) {
      if (notChanges.has(change.name)) continue;
      const down = this.known(change)?.down;
      if (down === undefined) return undefined;
      inverses.push({ statements: down, span: change.element.span });
    }
    return inverses;
  }

  private known(change: Change): KnownChange | undefined {
    return this.options.engine.name === 'postgres' ? writeChange(change) : undefined;
  }

  private send(change: Change, rendering: ChangesetRendering): void {
    const { name, element } = change;
    const { span } = element;
    if (notChanges.has(name)) return;
    if (!includes(change.text('dbms'), this.options.database)) return;
    if (this.element.children.some((child) => child.name === 'modifySql')) {
      rendering.leaveOut(span, 'modifySql changes the SQL of this changeset');
    } else if (name === 'sql' || name === 'createProcedure') this.sendInline(change, rendering);
    else if (name === 'sqlFile') this.sendFile(change, rendering);
    else {
      const known = this.known(change);
      if (known === undefined) rendering.leaveOut(span, `the SQL that Liquibase writes for ${name} here is not known`);
      else for (const text of known.up) rendering.add([written(text, span)], span, true);
    }
  }

  private sendInline(change: Change, rendering: ChangesetRendering): void {
    const { element } = change;
    if (change.name === 'createProcedure') {
      if (change.text('path') !== undefined) rendering.leaveOut(element.span, 'its text stands in a file that is not read');
      else this.sendText(element, rendering, element.texts, false, undefined);
      return;
    }
    this.sendText(element, rendering, element.texts, change.flag('splitStatements') !== false, change.text('endDelimiter'));
  }

  private sendText(
    element: ChangelogElement,
    rendering: ChangesetRendering,
    texts: ChangelogElement['texts'],
    splits: boolean,
    delimiter: string | undefined,
  ): void {
    // A delimiter can span stretches, and keeps its length.
    const whole = withSemicolons(texts.map(({ text }) => text).join(''), splits ? delimiter : undefined);
    let from = 0;
    const sent = texts.map(({ text, span, isVerbatim }): SentText => {
      const own = whole.slice(from, from + text.length);
      from += text.length;
      return { text: own, source: span, kind: isVerbatim ? 'verbatim' : 'written' };
    });
    if (sent.some(({ text }) => text.trim() !== '')) rendering.add(sent, element.span, !splits);
  }

  private sendFile(change: Change, rendering: ChangesetRendering): void {
    const { span } = change.element;
    const path = (change.text('path') ?? '').replace(/^classpath:/, '').replace(/^(?:\.?\/)+/, '');
    const sql = this.options.files.filter((file) => /\.sql$/i.test(file.path));
    const beside = normalized(folderPrefix(this.file.path) + path);
    const file =
      sql.find((candidate) => candidate.path === beside) ??
      sql.find((candidate) => candidate.path === path || path.endsWith(`/${candidate.path}`));
    if (file === undefined) {
      rendering.leaveOut(span, `${path} is not among the files that were read`);
      return;
    }
    const splits = change.flag('splitStatements') !== false;
    const text = withSemicolons(file.text, splits ? change.text('endDelimiter') : undefined);
    rendering.add([{ text, source: { start: 0, end: file.text.length }, kind: 'verbatim', path: file.path }], span, !splits);
  }
}

function written(text: string, source: Span): SentText {
  return { text, source, kind: 'written' };
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
