import type { Migration } from '../../model/migration';
import type { Result } from '../../model/result';
import type { DownPlacement, SourceFile } from '../../model/run-protocol';
import { lineBreakOf, problem } from '../files';
import { partsOfChangeset } from '../liquibase-file';
import { type ChangesetOptions, readChangesets } from './changesets';
import { readXml, type XmlElement } from './xml';

/** The changesets of a changelog in XML (documentation, "XML changelog format"), each a migration. */
export function readXmlChangelog(file: SourceFile, options: ChangesetOptions): Result<Migration>[] {
  const root = readXml(file.text);
  if ('offset' in root) {
    const line = file.text.slice(0, root.offset).split(/\r\n|\r|\n/).length;
    return [problem(`${file.path}:${line}: this is no well-formed XML from here on, so Liquibase refuses the changelog.`, file.path)];
  }
  return readChangesets(file, changesetsOf(root), options);
}

function changesetsOf({ children }: XmlElement): readonly XmlElement[] {
  return children.filter(({ name }) => name === 'changeSet');
}

/** A `<rollback>` at the end of the changeset, in place of those that are there. Each statement is sent as it stands. */
export function placeRollbackInXml(migration: Migration, file: SourceFile, statements: readonly string[]): DownPlacement {
  const { id, author } = partsOfChangeset(migration);
  const root = readXml(file.text);
  const changeset =
    'offset' in root
      ? undefined
      : changesetsOf(root).find(({ attributes }) => attributes.get('id') === id && attributes.get('author') === author);
  if (changeset === undefined) return { kind: 'unsupported', why: `${file.path} no longer holds the changeset ${author}:${id}.` };
  const lineBreak = lineBreakOf(file.text);
  const lineStart = file.text.lastIndexOf('\n', changeset.span.start - 1) + 1;
  const outer = /^[ \t]*/.exec(file.text.slice(lineStart, changeset.span.start))?.[0] ?? '';
  const inner = `${outer}${outer.includes('\t') ? '\t' : '  '}`;
  const section = (text: string) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  const lines = statements.map((statement) => {
    const sql = statement.trim().replace(/;$/, '').replace(/\r?\n/g, lineBreak);
    return `${inner}${inner.slice(outer.length)}<sql splitStatements="false">${section(sql)}</sql>`;
  });
  const written = [`<rollback>`, ...lines, `${inner}</rollback>`].join(lineBreak);
  const existing = changeset.children.filter(({ name }) => name === 'rollback');
  const [first, last] = [existing[0], existing.at(-1)];
  if (first !== undefined && last !== undefined) {
    return { kind: 'edit', path: file.path, span: { start: first.span.start, end: last.span.end }, newText: written };
  }
  if (changeset.contentEnd === changeset.span.end) {
    return { kind: 'unsupported', why: `The changeset ${author}:${id} of ${file.path} is empty.` };
  }
  const end = file.text.slice(0, changeset.contentEnd).trimEnd().length;
  return {
    kind: 'edit',
    path: file.path,
    span: { start: end, end: changeset.contentEnd },
    newText: `${lineBreak}${inner}${written}${lineBreak}${outer}`,
  };
}
