import type { Change } from './application';

/** Changes of an application to rows that it seeds, and to keys. */
export const keyChanges: readonly Change[] = [
  {
    name: 'rows of which some values are computed, by their key or by what is constant',
    earlier: `CREATE TABLE settings (key text PRIMARY KEY, value text, updated_at timestamptz NOT NULL);
CREATE TABLE news (id bigserial PRIMARY KEY, title text NOT NULL, at timestamp NOT NULL); INSERT INTO news (title, at) VALUES ('hello', '2020-01-01');`,
    sql: `INSERT INTO settings VALUES ('smtp', 'x', now()), ('salt', md5(random()::text), CURRENT_TIMESTAMP);
INSERT INTO news (title, at) VALUES ('hello', now() - interval '1 day');`,
  },
  {
    name: 'rows with a computed value that may be what tells them from others',
    earlier: 'CREATE TABLE tokens (owner text NOT NULL, token uuid PRIMARY KEY);',
    sql: "INSERT INTO tokens VALUES ('app', gen_random_uuid());",
    says: /^Not undone: rows that statement 1 inserted into tokens can't be told from the others\.$/,
  },
  {
    name: 'rows that point to those which the migration inserts',
    earlier: `CREATE TABLE rights (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text UNIQUE NOT NULL);
CREATE TABLE grants (account_id bigint NOT NULL REFERENCES accounts, right_id uuid NOT NULL REFERENCES rights, PRIMARY KEY (account_id, right_id));
CREATE TABLE hints (right_id uuid REFERENCES rights ON DELETE CASCADE, text text);`,
    sql: `INSERT INTO rights (code) VALUES ('export'), ('import');
INSERT INTO grants SELECT a.id, r.id FROM accounts a CROSS JOIN rights r WHERE r.code IN ('export', 'import');
INSERT INTO hints SELECT id, 'new' FROM rights WHERE code = 'export';`,
    says: /^Not undone: rows that statement 3 inserted into hints [^;.]*; those that point to the new rows of rights go with them\. Not undone: rows that statement 2 inserted into grants [^;.]*; those that point to the new rows of rights go with them\.$/,
  },
  {
    name: 'a primary key of another column under the old name, as a mapper writes it',
    earlier: `CREATE TABLE "shelf" ("id" SERIAL NOT NULL, "label" varchar NOT NULL, CONSTRAINT "PK_shelf" PRIMARY KEY ("id"));
CREATE TABLE "book" ("id" SERIAL NOT NULL, "shelfId" integer NOT NULL, CONSTRAINT "PK_book" PRIMARY KEY ("id"),
  CONSTRAINT "FK_shelf" FOREIGN KEY ("shelfId") REFERENCES "shelf"("id"));`,
    sql: `ALTER TABLE "shelf" ADD "uuid" uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE "book" ADD "shelfUuid" uuid;
UPDATE "book" b SET "shelfUuid" = s."uuid" FROM "shelf" s WHERE s."id" = b."shelfId";
ALTER TABLE "book" DROP CONSTRAINT "FK_shelf";
ALTER TABLE "book" DROP COLUMN "shelfId";
ALTER TABLE "book" RENAME COLUMN "shelfUuid" TO "shelfId";
ALTER TABLE "shelf" DROP CONSTRAINT "PK_shelf";
ALTER TABLE "shelf" DROP COLUMN "id";
ALTER TABLE "shelf" RENAME COLUMN "uuid" TO "id";
ALTER TABLE "shelf" ADD CONSTRAINT "PK_shelf" PRIMARY KEY ("id");
ALTER TABLE "book" ADD CONSTRAINT "FK_shelf" FOREIGN KEY ("shelfId") REFERENCES "shelf"("id") ON DELETE CASCADE;`,
    says: /^Lost: values of shelf\.id: [^.]*\. Lost: values of book\.shelfId: [^.]*\. When the values are restored: [^;]* ALTER COLUMN "shelfId" SET NOT NULL; When [^;]* VALIDATE CONSTRAINT "FK_shelf";$/,
  },
];
