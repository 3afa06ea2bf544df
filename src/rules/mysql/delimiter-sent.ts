import type { FrameworkName } from '../../model/migration';
import type { RuleContext } from '../context';
import { replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';

export const delimiterSent: Rule = {
  id: 'delimiter-sent',
  title: 'DELIMITER, which only the mysql client understands',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `DELIMITER is no statement of the server: the mysql and mariadb clients use it to find the end of a routine, and Flyway reads it too. Everyone else sends it to the server, which refuses it as a syntax error (1064).

These tools send the file as it is, or cut it by marks of their own. Leave DELIMITER out, and end the routine with a plain semicolon; goose wants it between StatementBegin and StatementEnd.

Silent for plain SQL files, which the client runs, for Flyway, and for frameworks in code, where drivers get one statement at a time.`,
  bad: [
    {
      title: 'A procedure as the client wants it',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_p.up.sql',
          text: 'DELIMITER //\nCREATE PROCEDURE touch()\nBEGIN\n  UPDATE t SET a = 1 WHERE id = 1;\nEND //\nDELIMITER ;\n',
        },
        { path: '0001_p.down.sql', text: 'DROP PROCEDURE IF EXISTS touch;\n' },
      ],
      path: '0001_p.up.sql',
      findings: [{ at: 'DELIMITER //', says: '1064' }],
      fixed: [{ path: '0001_p.up.sql', text: 'CREATE PROCEDURE touch()\nBEGIN\n  UPDATE t SET a = 1 WHERE id = 1;\nEND;\n' }],
    },
  ],
  good: [
    {
      title: 'Read by the client',
      framework: 'sql',
      files: [
        {
          path: '0001_p.sql',
          text: 'DELIMITER //\nCREATE PROCEDURE touch()\nBEGIN\n  UPDATE t SET a = 1 WHERE id = 1;\nEND //\nDELIMITER ;\n',
        },
      ],
    },
    {
      title: 'Sent as it is',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_p.up.sql',
          text: '-- DELIMITER is not needed here\nCREATE PROCEDURE touch()\nBEGIN\n  UPDATE t SET a = 1 WHERE id = 1;\nEND;\n',
        },
        { path: '0001_p.down.sql', text: 'DROP PROCEDURE IF EXISTS touch;\n' },
      ],
      path: '0001_p.up.sql',
    },
  ],
  check: (context) => {
    if (!senders.has(context.framework.name) || context.program.rendering !== undefined) return [];
    const { start, end } = context.program.span;
    const lines = [...context.text.slice(start, end).matchAll(/^[ \t]*delimiter[ \t]+(\S+)[ \t]*$/gim)];
    const [first] = lines;
    return first === undefined ? [] : [violation(context, start, lines)];
  },
};

const senders: ReadonlySet<FrameworkName> = new Set([
  'golang-migrate',
  'dbmate',
  'goose',
  'prisma',
  'sqlx',
  'diesel',
  'sql-migrate',
  'drizzle',
]);

function violation(context: RuleContext, start: number, lines: readonly RegExpMatchArray[]): Violation {
  const at = start + (lines[0]?.index ?? 0);
  const head = lines[0]?.[0] ?? '';
  const indent = head.length - head.trimStart().length;
  return {
    range: context.lines.range({ start: at + indent, end: at + head.trimEnd().length }),
    message: `${context.framework.displayName} sends DELIMITER to the server, which does not know it: a syntax error (1064), and nothing of this file runs.`,
    help: 'Leave DELIMITER out, and end the routine with a semicolon.',
    fixes: [{ title: 'Leave DELIMITER out', safe: false, edits: withoutDelimiters(context, start, lines) }],
  };
}

/** The lines go, and between two of them the delimiter becomes a semicolon where it ends a line. */
function withoutDelimiters(context: RuleContext, start: number, lines: readonly RegExpMatchArray[]) {
  return lines.flatMap((line, position) => {
    const from = start + (line.index ?? 0);
    const own = replaceSpan(context, { start: from, end: lineEnd(context, from + line[0].length) }, '');
    const delimiter = line[1] ?? ';';
    if (delimiter === ';') return [own];
    const until = start + (lines[position + 1]?.index ?? context.program.span.end - start);
    const escaped = delimiter.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const body = context.text.slice(from + line[0].length, until);
    const ends = [...body.matchAll(new RegExp(`[ \\t]*${escaped}[ \\t]*$`, 'gm'))];
    return [
      own,
      ...ends.map((end) => {
        const offset = from + line[0].length + end.index;
        return replaceSpan(context, { start: offset, end: offset + end[0].length }, ';');
      }),
    ];
  });
}

function lineEnd({ text }: RuleContext, offset: number): number {
  return offset + (/^\r?\n/.exec(text.slice(offset, offset + 2))?.[0].length ?? 0);
}
