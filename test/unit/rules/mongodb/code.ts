import { applyEdits } from '../../../../src/lint/fixes';
import { lintFolder } from '../../../../src/lint/lint';
import type { Finding } from '../../../../src/model/finding';
import { LineIndex } from '../../../../src/parse/lines';

export const path = '20240101000000-change.js';

/** A migration of migrate-mongo whose `up` has this body. */
export function up(body: string, head = ''): string {
  return `${head}module.exports = {\n  async up(db, client) {\n${body}\n  },\n  async down() {\n    throw new Error('no way back');\n  },\n};\n`;
}

/** What stands in a transaction of `session`. */
export function inTransaction(body: string): string {
  return up(
    `    const session = client.startSession();\n    await session.withTransaction(async () => {\n${body}\n    });\n    await session.endSession();`,
  );
}

/** The findings of a file, all or those of one rule. */
export function findings(text: string, rule?: string, framework?: 'migrate-mongo' | 'mongosh'): readonly Finding[] {
  const file = framework === 'mongosh' ? '001-change.mongodb.js' : path;
  const { reports } = lintFolder({
    files: [{ path: file, text }],
    configuration: {
      engine: 'mongodb',
      engineVersion: '8',
      framework: framework ?? 'migrate-mongo',
      rules: {},
      images: {},
      simulate: {},
      placeholders: {},
    },
  });
  return reports.flatMap((report) => report.findings).filter((finding) => rule === undefined || finding.rule === rule);
}

export function placesOf(text: string, rule: string, framework?: 'migrate-mongo' | 'mongosh'): readonly string[] {
  const lines = new LineIndex(text);
  return findings(text, rule, framework).map(({ range }) => {
    const span = lines.span(range);
    return text.slice(span.start, span.end);
  });
}

/** The file after the first fix of the first finding; undefined when there is none. */
export function fixed(text: string, rule: string): string | undefined {
  const [fix] = findings(text, rule)[0]?.fixes ?? [];
  if (fix === undefined) return undefined;
  return applyEdits(
    [{ path, text }],
    fix.edits.map((edit) => ({ path, ...edit })),
  )[0]?.text;
}
