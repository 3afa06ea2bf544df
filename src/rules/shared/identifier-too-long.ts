import { identifierOf } from '../../schema/definitions';
import type { RuleContext, Step } from '../context';
import { statementTokens } from '../edits';
import type { Rule, Violation } from '../rule';

/** NAMEDATALEN is 64 with its final zero (manual, "Identifiers and Key Words"). */
const greatestLength = 63;

export const identifierTooLong: Rule = {
  id: 'identifier-too-long',
  title: 'Name that the server cuts off',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `PostgreSQL keeps the first 63 bytes of a name and drops the rest with nothing but a NOTICE. What is created then has another name than the migration says: two long names that begin alike collide, IF NOT EXISTS takes one for the other, and a tool that looks the object up by its full name does not find it.

Choose a shorter name. Names that the server makes up itself are always short enough.`,
  bad: [
    {
      title: 'An index named after all that is in it',
      framework: 'sql',
      files: [
        {
          path: '0001_i.sql',
          text: 'CREATE INDEX index_of_orders_by_customer_and_by_status_and_by_the_time_of_creation ON orders (customer_id);\n',
        },
      ],
      findings: [
        {
          at: 'index_of_orders_by_customer_and_by_status_and_by_the_time_of_creation',
          says: 'index_of_orders_by_customer_and_by_status_and_by_the_time_of_c',
        },
      ],
    },
    {
      title: 'Bytes are counted, not characters',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE "ääääääääääääääääääääääääääääääää" (id int);\n' }],
      findings: [{ at: '"ääääääääääääääääääääääääääääääää"', says: '64 bytes' }],
    },
  ],
  good: [
    {
      title: 'Exactly 63 bytes, and long strings',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `CREATE TABLE ${'t'.repeat(63)} (id int);\nCOMMENT ON TABLE ${'t'.repeat(63)} IS '${'long '.repeat(30)}';\n`,
        },
      ],
    },
  ],
  check: (context) => {
    if (!mayHoldLongName.test(context.text)) return [];
    const seen = new Set<string>();
    return context.steps.flatMap((step) => check(context, step, seen));
  },
};

/** A name of plain letters needs as many of them as bytes; of others a few could be enough. Hardly a file has any of this. */
const mayHoldLongName = new RegExp(`\\b[\\w$]{${greatestLength + 1}}|"(?:[^"]|""){${greatestLength + 1}}|[^\\x00-\\x7f]`);

function check(context: RuleContext, step: Step, seen: Set<string>): Violation[] {
  return statementTokens(context, step.statement.span).flatMap((token) => {
    if (token.end - token.start <= greatestLength / 4) return [];
    const name = identifierOf(context.text, token);
    const bytes = name === undefined ? 0 : byteLength(name);
    // Of what stands for a value only the tool knows the length.
    if (name === undefined || bytes <= greatestLength || name.includes('${') || seen.has(name)) return [];
    seen.add(name);
    return [
      {
        range: context.lines.range(token),
        message: `The name has ${bytes} bytes, and the server keeps ${greatestLength} of them: the object will be called ${cut(name)}.`,
        help: `Choose a name of at most ${greatestLength} bytes.`,
        fixes: [],
      },
    ];
  });
}

/** In UTF-8. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += widthOf(character);
  return bytes;
}

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** The server never cuts a character in two. */
function cut(name: string): string {
  let kept = '';
  let bytes = 0;
  for (const character of name) {
    bytes += widthOf(character);
    if (bytes > greatestLength) break;
    kept += character;
  }
  return kept;
}
