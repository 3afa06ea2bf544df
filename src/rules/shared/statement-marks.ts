import type { Fix } from '../../model/finding';
import type { RuleContext } from '../context';
import { insertAt } from '../edits';
import type { Rule, Violation } from '../rule';
import { markPrefix, type UnseenEnd, unseenEnds } from '../unseen-ends';

export const statementMarks: Rule = {
  id: 'statement-marks',
  title: 'Statement whose end the framework does not see',
  severity: 'error',
  explanation: `goose and sql-migrate end a statement at each line that ends in a semicolon, also inside a block comment, the body of a function or a block: the server gets the first piece, and refuses it. What has
such lines stands between StatementBegin and StatementEnd. A mark without the other, or a last statement without a semicolon, keeps the tool from running the file at all.

The fix inserts what is missing.`,
  bad: [
    {
      title: 'A line in a block comment that ends in a semicolon',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\n/* once; */\nCREATE TABLE a (id bigint);\n/*\n  Not used yet;\n  see the wiki.\n*/\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\nDROP TABLE a;\n',
        },
      ],
      findings: [{ at: '/*', says: 'a piece of it' }],
    },
    {
      title: 'A function without marks',
      framework: 'goose',
      files: [
        {
          path: '00001_f.sql',
          text: '-- +goose Up\nCREATE FUNCTION touch() RETURNS trigger AS $$\nBEGIN\n  NEW.at := now();\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n\n-- +goose Down\nDROP FUNCTION touch();\n',
        },
      ],
      findings: [{ at: 'CREATE FUNCTION touch() RETURNS trigger AS $$', says: 'StatementBegin' }],
      fixed: [
        {
          path: '00001_f.sql',
          text: '-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION touch() RETURNS trigger AS $$\nBEGIN\n  NEW.at := now();\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n-- +goose StatementEnd\n\n-- +goose Down\nDROP FUNCTION touch();\n',
        },
      ],
    },
    {
      title: 'A mark that is not closed',
      framework: 'goose',
      files: [
        {
          path: '00001_f.sql',
          text: '-- +goose Up\n-- +goose StatementBegin\nDO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n\n-- +goose Down\nSELECT 1;\n',
        },
      ],
      findings: [{ at: 'DO $$', says: 'StatementEnd' }],
      fixed: [
        {
          path: '00001_f.sql',
          text: '-- +goose Up\n-- +goose StatementBegin\nDO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n-- +goose StatementEnd\n\n-- +goose Down\nSELECT 1;\n',
        },
      ],
    },
    {
      title: 'sql-migrate: no semicolon at the end',
      framework: 'sql-migrate',
      files: [{ path: '1_a.sql', text: '-- +migrate Up\nCREATE TABLE a (id bigint)\n\n-- +migrate Down\nDROP TABLE a;\n' }],
      findings: [{ at: 'CREATE TABLE a (id bigint)', says: 'semicolon' }],
      fixed: [{ path: '1_a.sql', text: '-- +migrate Up\nCREATE TABLE a (id bigint);\n\n-- +migrate Down\nDROP TABLE a;\n' }],
    },
  ],
  good: [
    {
      title: 'Marked; bodies on one line; comments',
      framework: 'goose',
      files: [
        {
          path: '00001_f.sql',
          text: "-- +goose Up\n-- +goose StatementBegin\nDO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n-- +goose StatementEnd\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nCREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$\n  SELECT 1\n$$;\n-- a comment;\nSELECT 'a;b';\n\n-- +goose Down\nDROP FUNCTION f(), g();\n",
        },
      ],
    },
  ],
  check: (context) => unseenEnds(context).map((end) => violation(context, end)),
};

function violation(context: RuleContext, end: UnseenEnd): Violation {
  const { statement } = end;
  const line = context.text.slice(statement.start, statement.end).split(/\r\n|\r|\n/, 1)[0] ?? '';
  const prefix = markPrefix(context) ?? '';
  return {
    range: context.lines.range({ start: statement.start, end: statement.start + line.length }),
    ...words(context.framework.displayName, `-- ${prefix} Statement`, end),
    fixes: [fixOf(context, `-- ${prefix} Statement`, end)],
  };
}

function words(name: string, mark: string, { kind }: UnseenEnd): { readonly message: string; readonly help: string } {
  switch (kind) {
    case 'cut':
      return {
        message: `${name} ends this statement at the first line in it that ends in a semicolon, and sends a piece of it: the server refuses that.`,
        help: `Put it between ${mark}Begin and ${mark}End.`,
      };
    case 'no end mark':
      return { message: `${mark}Begin is not closed: ${name} runs none of this file.`, help: `Put ${mark}End behind the statement.` };
    case 'no begin mark':
      return { message: `${mark}End closes nothing: ${name} runs none of this file.`, help: `Put ${mark}Begin before the statement.` };
    case 'no semicolon':
      return {
        message: `The last statement has no semicolon: ${name} does not see its end, and runs none of this file.`,
        help: 'Add the semicolon.',
      };
  }
}

function fixOf(context: RuleContext, mark: string, { kind, before, behind }: UnseenEnd): Fix {
  const begin = insertAt(context, before, `${mark}Begin\n`);
  const end = insertAt(context, behind, `\n${mark}End`);
  switch (kind) {
    case 'cut':
      return { title: 'Mark where the statement begins and ends', safe: true, edits: [begin, end] };
    case 'no end mark':
      return { title: 'Mark where the statement ends', safe: false, edits: [end] };
    case 'no begin mark':
      return { title: 'Mark where the statement begins', safe: false, edits: [begin] };
    case 'no semicolon':
      return { title: 'Add the semicolon', safe: true, edits: [insertAt(context, behind, ';')] };
  }
}
