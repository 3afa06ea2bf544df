/** Migrations of an imaginary application, as many as are asked for: the same for the same number, and no two alike. */

const nouns = [
  'account',
  'invoice',
  'shipment',
  'ticket',
  'device',
  'contract',
  'payment',
  'employee',
  'article',
  'booking',
  'vehicle',
  'sensor',
];
const columns = [
  'label text',
  'amount numeric(12, 2)',
  'due_on date',
  'notes text',
  'weight_grams integer',
  'settings jsonb',
  'seen_at timestamptz',
];

/** The text of migration `number` (from 1). Each kind refers to tables that earlier ones made. */
function migration(number: number): { readonly name: string; readonly text: string } {
  const noun = nouns[number % nouns.length] ?? 'thing';
  const generation = Math.floor((number - 1) / kinds.length);
  const kind = kinds[(number - 1) % kinds.length] ?? createTables;
  return kind(`${noun}_${generation}`, `table_${generation}`, number);
}

type Kind = (noun: string, table: string, number: number) => { readonly name: string; readonly text: string };

const createTables: Kind = (noun, table) => ({
  name: `create_${table}`,
  text: `-- The tables of ${noun}, with what they need from the start.
CREATE TABLE ${table} (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id  uuid NOT NULL,
    name         text NOT NULL CHECK (name <> ''),
    status       text NOT NULL DEFAULT 'new',
    price        numeric(12, 2) NOT NULL DEFAULT 0 CHECK (price >= 0),
    tags         text[] NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz,
    CONSTRAINT ${table}_external_id_key UNIQUE (external_id)
);

CREATE TABLE ${table}_lines (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id   bigint NOT NULL REFERENCES ${table} (id) ON DELETE CASCADE,
    position    integer NOT NULL,
    quantity    integer NOT NULL CHECK (quantity > 0),
    UNIQUE (parent_id, position)
);

CREATE INDEX ${table}_status_idx ON ${table} (status) WHERE status <> 'done';
COMMENT ON TABLE ${table} IS 'One row per ${noun}';
COMMENT ON COLUMN ${table}.price IS 'Gross, in the currency of the shop';
`,
});

const addColumns: Kind = (noun, table, number) => ({
  name: `${noun}_columns`,
  text: `SET LOCAL lock_timeout = '3s';

ALTER TABLE ${table}
    ADD COLUMN ${columns[number % columns.length]},
    ADD COLUMN is_archived boolean NOT NULL DEFAULT false,
    ADD COLUMN archived_at timestamptz;

ALTER TABLE ${table} ADD CONSTRAINT ${table}_archived CHECK (is_archived = (archived_at IS NOT NULL)) NOT VALID;
`,
});

const indexConcurrently: Kind = (_, table) => ({
  name: `index_${table}_created_at`,
  text: `CREATE INDEX CONCURRENTLY ${table}_created_at_idx ON ${table} USING btree (created_at DESC, id);\n`,
});

const triggerFunction: Kind = (noun, table) => ({
  name: `touch_${noun}`,
  text: `CREATE OR REPLACE FUNCTION touch_${table}() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public
AS $$
BEGIN
    -- Only what changed: a row that is written as it was keeps its time.
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER touch_${table}
    BEFORE UPDATE ON ${table}
    FOR EACH ROW EXECUTE FUNCTION touch_${table}();
`,
});

const seed: Kind = (noun, table, number) => ({
  name: `seed_${noun}`,
  text: `INSERT INTO ${table} (external_id, name, status, price) VALUES
${Array.from({ length: 12 }, (_, row) => `    ('00000000-0000-4000-8000-${String(number * 100 + row).padStart(12, '0')}', '${noun} no. ${row}', 'new', ${row}.50)`).join(',\n')}
ON CONFLICT (external_id) DO NOTHING;
`,
});

const careless: Kind = (_, table) => ({
  name: `careless_${table}`,
  text: `ALTER TABLE ${table} ADD COLUMN code varchar(20) NOT NULL;
CREATE INDEX ${table}_name_idx ON ${table} (lower(name));
ALTER TABLE ${table} ALTER COLUMN price TYPE numeric(10, 1);
ALTER TABLE ${table}_lines ADD CONSTRAINT ${table}_lines_quantity CHECK (quantity < 1000);
UPDATE ${table} SET status = 'open' WHERE status = 'new';
`,
});

const backfill: Kind = (noun, table) => ({
  name: `backfill_${noun}`,
  text: `DO $$
DECLARE
    low bigint := 0;
    high bigint := (SELECT coalesce(max(id), 0) FROM ${table});
BEGIN
    WHILE low < high LOOP
        UPDATE ${table} SET archived_at = created_at WHERE id > low AND id <= low + 5000 AND is_archived AND archived_at IS NULL;
        low := low + 5000;
        COMMIT;
    END LOOP;
END
$$;
`,
});

const reporting: Kind = (noun, table) => ({
  name: `report_${noun}`,
  text: `CREATE VIEW ${table}_report AS
WITH totals AS (
    SELECT l.parent_id, sum(l.quantity) AS quantity, count(*) AS lines
    FROM ${table}_lines AS l
    GROUP BY l.parent_id
)
SELECT t.id, t.name, t.status, t.price, coalesce(totals.quantity, 0) AS quantity,
       rank() OVER (PARTITION BY t.status ORDER BY t.price DESC) AS place
FROM ${table} AS t
LEFT JOIN totals ON totals.parent_id = t.id
WHERE t.created_at > now() - interval '1 year';

GRANT SELECT ON ${table}_report TO reporting;
`,
});

const kinds: readonly Kind[] = [createTables, addColumns, indexConcurrently, triggerFunction, seed, careless, backfill, reporting];

/** `count` migrations as the Supabase CLI names them: plain SQL, in which each file has one direction. */
export function lintCorpus(count: number): readonly { readonly path: string; readonly text: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const { name, text } = migration(index + 1);
    return { path: `${20240101000000 + index}_${name}.sql`, text };
  });
}

/** One long migration of about this many lines. */
export function longMigration(lines: number): string {
  let text = '';
  for (let number = 1; text.split('\n').length < lines; number++) text += `${migration(number).text}\n`;
  return text;
}
