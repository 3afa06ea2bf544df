import type { SourceFile } from '../../model/run-protocol';

/** A file of migrate-mongo for the examples of rules: the lines of `up` and of `down`, without their indentation. */
export function exampleFile(name: string, up: readonly string[], down: readonly string[] = []): SourceFile {
  const body = (lines: readonly string[]) => (lines.length === 0 ? '{}' : `{\n${lines.map((line) => `    ${line}\n`).join('')}  }`);
  return {
    path: `${name}.js`,
    text: `module.exports = {\n  async up(db, client) ${body(up)},\n\n  async down(db, client) ${body(down)},\n};\n`,
  };
}

/** An earlier migration that makes a collection `users`, so that it is there and holds documents. */
export const usersMade = exampleFile(
  '20230101000000-users',
  ["await db.createCollection('users');", "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email', unique: true });"],
  ["await db.collection('users').drop();"],
);
