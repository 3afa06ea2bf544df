import { describe, expect, it } from 'vitest';
import { placeDownInCode } from '../../../../src/frameworks/code/placing';
import type { Migration } from '../../../../src/model/migration';

const style = {
  parameters: 'knex',
  async: true,
  lines: ([first]: readonly { readonly name?: string }[]) => [`await ${first?.name ?? '?'}.raw('DROP TABLE a');`],
};

function place(text: string, path = '001_a.js', own: typeof style = style): string {
  const migration = { up: { path } } as Migration;
  const placed = placeDownInCode(migration, [{ path, text }], own);
  if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
  return text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
}

describe('a rollback in code', () => {
  it('fills an empty down', () => {
    expect(place('exports.up = async (k) => {};\n\nexports.down = async function (k) {};\n')).toBe(
      "exports.up = async (k) => {};\n\nexports.down = async function (k) {\n  await k.raw('DROP TABLE a');\n};\n",
    );
  });

  it('gives an empty down its parameter and makes it asynchronous', () => {
    expect(place('exports.up = () => {};\nexports.down = () => {};\n')).toBe(
      "exports.up = () => {};\nexports.down = async (knex) => {\n  await knex.raw('DROP TABLE a');\n};\n",
    );
  });

  it('gives an empty down the parameter of up, with its type', () => {
    expect(
      place(
        'export async function up(knex: Knex): Promise<void> {\n  await knex.x();\n}\n\nexport async function down(): Promise<void> {}\n',
        'a.ts',
      ),
    ).toBe(
      "export async function up(knex: Knex): Promise<void> {\n  await knex.x();\n}\n\nexport async function down(knex: Knex): Promise<void> {\n  await knex.raw('DROP TABLE a');\n}\n",
    );
  });

  it('replaces what is there, and leaves comments around it', () => {
    const text =
      'export async function down(knex: Knex): Promise<void> {\n    // undo\n    await knex.a();\n    await knex.b();\n    // end\n}\n';
    expect(place(text, 'a.ts')).toBe(
      "export async function down(knex: Knex): Promise<void> {\n    // undo\n    await knex.raw('DROP TABLE a');\n    // end\n}\n",
    );
  });

  it('makes a body of an expression', () => {
    expect(place("exports.down = (knex) => knex.schema.dropTable('x');\n")).toBe(
      "exports.down = async (knex) => {\n  await knex.raw('DROP TABLE a');\n};\n",
    );
  });

  it.each([
    [
      'exports.up = (knex) => knex.x();\n',
      "exports.up = (knex) => knex.x();\n\nexports.down = async (knex) => {\n  await knex.raw('DROP TABLE a');\n};\n",
    ],
    [
      'export async function up(k: Knex): Promise<void> {\n  await k.x();\n}\n',
      "export async function up(k: Knex): Promise<void> {\n  await k.x();\n}\n\nexport async function down(k: Knex): Promise<void> {\n  await k.raw('DROP TABLE a');\n}\n",
    ],
    [
      'module.exports = {\n  async up(k) {\n    await k.x();\n  },\n};\n',
      "module.exports = {\n  async up(k) {\n    await k.x();\n  },\n\n  async down(k) {\n    await k.raw('DROP TABLE a');\n  },\n};\n",
    ],
    [
      'module.exports = {\n  up: (k) => k.x()\n};\n',
      "module.exports = {\n  up: (k) => k.x(),\n\n  down: async (k) => {\n    await k.raw('DROP TABLE a');\n  }\n};\n",
    ],
    [
      'export class A implements M {\n\tpublic async up(q: Q): Promise<void> {\n\t\tawait q.x();\n\t}\n}\n',
      "export class A implements M {\n\tpublic async up(q: Q): Promise<void> {\n\t\tawait q.x();\n\t}\n\n\tpublic async down(q: Q): Promise<void> {\n\t\tawait q.raw('DROP TABLE a');\n\t}\n}\n",
    ],
    [
      'export const up: Migration = async (k) => {\n  await k.x();\n};\n',
      "export const up: Migration = async (k) => {\n  await k.x();\n};\n\nexport const down: Migration = async (k) => {\n  await k.raw('DROP TABLE a');\n};\n",
    ],
  ])('makes a down in the form of its up: %s', (text, expected) => {
    expect(place(text, 'a.ts')).toBe(expected);
  });

  it('turns a down that is declared to be none into a function', () => {
    expect(place('exports.up = (k) => k.x();\nexports.down = false;\n')).toBe(
      "exports.up = (k) => k.x();\nexports.down = async (k) => {\n  await k.raw('DROP TABLE a');\n};\n",
    );
  });

  it('keeps the line breaks of the file', () => {
    expect(place('exports.down = async (k) => {\r\n};\r\n')).toBe(
      "exports.down = async (k) => {\r\n  await k.raw('DROP TABLE a');\r\n};\r\n",
    );
  });

  it('says so where there is no function in sight', () => {
    const text = 'module.exports = make();\n';
    expect(placeDownInCode({ up: { path: 'a.js' } } as Migration, [{ path: 'a.js', text }], style)).toMatchObject({ kind: 'unsupported' });
  });
});
