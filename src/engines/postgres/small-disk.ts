import type { DatabaseAddress, Sandbox } from '../../model/sandbox';
import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import { withControlClient } from './connect';

/** The tablespace on the small disk. */
export const smallTablespace = 'faultline_small';
/** The tablespace of all other databases. */
export const ordinaryTablespace = 'pg_default';

/**
 * Makes the tablespace on the sandbox's small disk, or makes it anew after a restart of the server, which has emptied the disk. Nothing may be in
 * it. What the server writes for all databases stays on its own disk, the log above all: a server that can't write its log stops with a
 * PANIC (manual, "Disk Full Failure"), which is a crash and no error of a statement.
 */
export async function openTablespace(sandbox: Sandbox, folder: string): Promise<void> {
  const space = quoteIdentifier(smallTablespace);
  const [known] = await sandbox.query(
    `SELECT (pg_stat_file(pg_tablespace_location(oid), true)).isdir AS there FROM pg_tablespace WHERE spcname = ${quoteLiteral(smallTablespace)}`,
  );
  if (known?.there === true) return;
  if (known !== undefined) await sandbox.query(`DROP TABLESPACE ${space}`);
  await makeFolder(sandbox, `${folder}/space`);
  await sandbox.query(`CREATE TABLESPACE ${space} LOCATION ${quoteLiteral(`${folder}/space`)}`);
  // A crash recovery that came by its creation in the log would ask for the folder, which is gone then, and give up.
  await sandbox.query('CHECKPOINT');
}

/**
 * The server's own account makes it, where the server is: in its container, its mount namespace. It first reads what COPY sends it, which
 * is nothing: a program that ends before the server has closed the pipe to it may make COPY fail.
 */
async function makeFolder(sandbox: Sandbox, path: string): Promise<void> {
  const quoted = `'${path.replaceAll("'", `'\\''`)}'`;
  await sandbox.query(`COPY (SELECT WHERE false) TO PROGRAM ${quoteLiteral(`cat > /dev/null; mkdir -p ${quoted}`)}`);
}

/**
 * Gives the catalogs of a database room for a few more objects, as those of a server that is in use have it: by making and dropping such
 * objects, and freeing their rows. Otherwise it would be a matter of chance whether a statement that changes the catalog alone needs a new page.
 */
export async function makeRoom(address: DatabaseAddress): Promise<void> {
  await withControlClient(address, async (client) => {
    // Event triggers of the migration's own do not fire for what is no part of it.
    await client.query('SET session_replication_role = replica; SET client_min_messages = error; SET search_path = pg_catalog');
    await client.query(roomText);
    await client.query(`VACUUM (TRUNCATE false) ${roomyCatalogs.join(', ')}`);
  });
}

const roomyCatalogs = [
  ...['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_type', 'pg_depend', 'pg_shdepend', 'pg_index', 'pg_constraint', 'pg_sequence'],
  ...['pg_trigger', 'pg_description', 'pg_rewrite', 'pg_proc', 'pg_enum', 'pg_namespace', 'pg_statistic', 'pg_inherits', 'pg_policy'],
  ...['pg_statistic_ext', 'pg_statistic_ext_data', 'pg_range', 'pg_init_privs', 'pg_default_acl', 'pg_largeobject_metadata'],
];

/** In a schema of its own, dropped with all that is in it, and all of it one transaction: nobody ever sees it. */
const roomText = `DO $room$ BEGIN
CREATE SCHEMA faultline_room;
ALTER DEFAULT PRIVILEGES IN SCHEMA faultline_room GRANT SELECT ON TABLES TO PUBLIC;
FOR i IN 1..12 LOOP
  EXECUTE format($$
    CREATE TABLE faultline_room.parent_%1$s (a serial PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> ''), c text UNIQUE);
    CREATE TABLE faultline_room.child_%1$s (a int REFERENCES faultline_room.parent_%1$s, b text) PARTITION BY LIST (a);
    CREATE TABLE faultline_room.part_%1$s PARTITION OF faultline_room.child_%1$s DEFAULT;
    CREATE TYPE faultline_room.labels_%1$s AS ENUM ('a', 'b', 'c', 'd');
    CREATE DOMAIN faultline_room.domain_%1$s AS text CHECK (VALUE <> '');
    CREATE TYPE faultline_room.composite_%1$s AS (a int, b text);
    CREATE VIEW faultline_room.view_%1$s AS SELECT a, b, c FROM faultline_room.parent_%1$s WHERE b <> 'none';
    CREATE FUNCTION faultline_room.touch_%1$s() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON faultline_room.parent_%1$s FOR EACH ROW EXECUTE PROCEDURE faultline_room.touch_%1$s();
    CREATE POLICY everybody ON faultline_room.parent_%1$s USING (true);
    CREATE STATISTICS faultline_room.statistics_%1$s ON b, c FROM faultline_room.parent_%1$s;
    COMMENT ON TABLE faultline_room.parent_%1$s IS 'room';
    COMMENT ON COLUMN faultline_room.parent_%1$s.b IS 'room';
    $$, i);
END LOOP;
DROP SCHEMA faultline_room CASCADE;
END $room$`;
