import type { Migration } from '../../model/migration';
import type { Result } from '../../model/result';
import type { DownPlacement, SourceFile } from '../../model/run-protocol';
import type { Span } from '../../model/text';
import { lineBreakOf, problem } from '../files';
import { partsOfChangeset } from '../liquibase-file';
import { type ChangesetOptions, readChangesets } from './changesets';
import type { ChangelogElement } from './element';
import { readYaml, type YamlEntry, type YamlMapping, type YamlNode } from './yaml';
import { textsOfScalar } from './yaml-texts';

/** The changesets of a changelog in YAML or JSON (documentation, "YAML changelog example", "JSON changelog example"), each a migration. */
export function readYamlChangelog(file: SourceFile, options: ChangesetOptions): Result<Migration>[] {
  const root = readYaml(file.text);
  if ('reason' in root) {
    const form = /\.json$/i.test(file.path) ? 'JSON' : 'YAML';
    const message = `${file.path}:${root.line}: this is no ${form} that can be read (${root.reason}), so Liquibase refuses the changelog.`;
    return [problem(message, file.path)];
  }
  const elements = changesetsOf(root).flatMap(({ key, value, span }) => elementsOf(key, value, span, file.text));
  return readChangesets(file, elements, options);
}

function changesetsOf(root: YamlNode): readonly YamlEntry[] {
  const log = entriesOf(root).find(({ key }) => key === 'databaseChangeLog')?.value;
  return log?.kind === 'sequence' ? log.items.flatMap(entriesOf).filter(({ key }) => key === 'changeSet') : [];
}

function entriesOf(node: YamlNode): readonly YamlEntry[] {
  return node.kind === 'mapping' ? node.entries : [];
}

/** Lists that XML has no element for: what they hold stands in the changeset or the change itself. */
const flattened = new Set(['changes', 'columns']);

/** Elements of XML that are keys with a text here. */
const textChildren = new Set(['where', 'rollback']);

/** What is the text of the element itself in XML (`ParsedNode`). */
const ownText: Readonly<Record<string, ReadonlySet<string>>> = {
  sql: new Set(['sql']),
  createProcedure: new Set(['procedureText', 'procedureBody']),
  createView: new Set(['selectQuery']),
};

/** The same as XML would have it: scalars are attributes, mappings and the items of lists are elements. */
function elementsOf(name: string, node: YamlNode, span: Span, source: string): readonly ChangelogElement[] {
  const parts = node.kind === 'sequence' ? node.items.flatMap(entriesOf) : entriesOf(node);
  const children = parts.flatMap(({ key, value, span: own }): readonly ChangelogElement[] =>
    value.kind === 'scalar' && node.kind === 'mapping' && !textChildren.has(key) ? [] : elementsOf(key, value, own, source),
  );
  if (flattened.has(name)) return children;
  const scalars = node.kind === 'mapping' ? parts.flatMap(({ key, value }) => (value.kind === 'scalar' ? [{ key, value }] : [])) : [];
  const texts = node.kind === 'scalar' ? [node] : scalars.filter(({ key }) => ownText[name]?.has(key)).map(({ value }) => value);
  return [
    {
      name,
      attributes: new Map(scalars.map(({ key, value }) => [key, value.text])),
      span,
      children,
      texts: texts.flatMap((each) => textsOfScalar(each, source)),
    },
  ];
}

/** A `rollback` at the end of the changeset, in place of the one that is there. Each statement is sent as it stands. */
export function placeRollbackInYaml(migration: Migration, file: SourceFile, statements: readonly string[]): DownPlacement {
  const { id, author } = partsOfChangeset(migration);
  const root = readYaml(file.text);
  const text = (changeset: YamlMapping, wanted: string) => {
    const value = changeset.entries.find(({ key }) => key === wanted)?.value;
    return value?.kind === 'scalar' ? value.text : '';
  };
  const changeset = ('reason' in root ? [] : changesetsOf(root)).find(
    ({ value }) => value.kind === 'mapping' && text(value, 'id') === id && text(value, 'author') === author,
  )?.value;
  const last = entriesOf(changeset ?? { kind: 'scalar', text: '', span: { start: 0, end: 0 } }).at(-1);
  if (changeset?.kind !== 'mapping' || last === undefined || file.text[changeset.span.start] === '*') {
    return { kind: 'unsupported', why: `${file.path} no longer holds the changeset ${author}:${id}.` };
  }
  const sent = statements.map((statement) => statement.trim().replace(/;$/, ''));
  const isInBraces = file.text[changeset.span.start] === '{';
  const first = changeset.entries[0] ?? last;
  const lineBreak = lineBreakOf(file.text);
  const indent = columnOf(file.text, first.span.start);
  const written = (isInBraces ? inBraces(sent, indent) : inLines(sent, indent.replace(/\S/g, ' '))).join(lineBreak);
  const existing = changeset.entries.find(({ key }) => key === 'rollback');
  if (existing !== undefined) {
    const colon = file.text.indexOf(':', existing.span.start) + 1;
    const span = { start: existing.span.start, end: Math.max(existing.span.end, colon) };
    return { kind: 'edit', path: file.path, span, newText: written };
  }
  const behind = isInBraces ? last.span.end : endOfLine(file.text, last.span.end);
  return {
    kind: 'edit',
    path: file.path,
    span: { start: behind, end: behind },
    newText: `${isInBraces ? ',' : ''}${lineBreak}${indent.replace(/\S/g, ' ')}${written}`,
  };
}

/** What stands before a place on its line. */
function columnOf(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

function endOfLine(text: string, offset: number): number {
  const rest = /[^\r\n]*/.exec(text.slice(offset))?.[0] ?? '';
  return offset + rest.length;
}

function inLines(statements: readonly string[], indent: string): readonly string[] {
  return [
    'rollback:',
    ...statements.flatMap((statement) => [
      `${indent}  - sql:`,
      `${indent}      splitStatements: false`,
      ...(isPlain(statement)
        ? [`${indent}      sql: ${statement}`]
        : [`${indent}      sql: |-`, ...statement.split(/\r?\n/).map((line) => (line === '' ? '' : `${indent}        ${line}`))]),
    ]),
  ];
}

/** Words that mean nothing else to YAML. */
function isPlain(statement: string): boolean {
  return /^[A-Za-z][^\r\n]*$/.test(statement) && !/:\s|:$|\s#/.test(statement);
}

function inBraces(statements: readonly string[], column: string): readonly string[] {
  const indent = /^\s*/.exec(column)?.[0] ?? '';
  const step = indent.includes('\t') ? '\t' : '  ';
  const lines = statements.map((statement, index) => {
    const sql = `{ "sql": { "splitStatements": false, "sql": ${JSON.stringify(statement)} } }`;
    return `${indent}${step}${sql}${index < statements.length - 1 ? ',' : ''}`;
  });
  return ['"rollback": [', ...lines, `${indent}]`];
}
