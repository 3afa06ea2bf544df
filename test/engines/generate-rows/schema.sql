-- Tables of many kinds, for the row generator.
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('calm', 'busy', 'it''s fine');
CREATE TYPE shop.address AS (street text, city text, zip varchar(10));
CREATE DOMAIN shop.percentage AS numeric(5, 2) CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN shop.email AS text NOT NULL CHECK (VALUE ~ '^[^@ ]+@[^@ ]+$');
CREATE DOMAIN shop.work_email AS shop.email CHECK (length(VALUE) < 60);

CREATE TABLE tenants (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE users (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id bigint NOT NULL REFERENCES tenants,
  email varchar(255) NOT NULL,
  code char(2) NOT NULL,
  nickname varchar(3),
  mood shop.mood NOT NULL DEFAULT 'calm',
  token uuid NOT NULL DEFAULT md5(random()::text)::uuid,
  active boolean NOT NULL DEFAULT true,
  lower_email text GENERATED ALWAYS AS (lower(email)) STORED,
  updated_at timestamp NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE TABLE projects (
  tenant_id bigint NOT NULL REFERENCES tenants, number integer NOT NULL, title varchar(20) NOT NULL,
  PRIMARY KEY (tenant_id, number)
);
-- Two keys share the tenant.
CREATE TABLE assignments (
  tenant_id bigint NOT NULL, user_id integer NOT NULL, project_number integer NOT NULL, hours numeric(4, 1) NOT NULL CHECK (hours BETWEEN 0.5 AND 24),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id), FOREIGN KEY (tenant_id, project_number) REFERENCES projects
);
CREATE TABLE tags (id smallint PRIMARY KEY, label text NOT NULL UNIQUE CHECK (label = lower(label)));
-- A join table: no column differs by itself.
CREATE TABLE user_tags (user_id integer REFERENCES users, tag_id smallint REFERENCES tags, PRIMARY KEY (user_id, tag_id));
CREATE TABLE preferences (user_id integer NOT NULL REFERENCES users, mood shop.mood NOT NULL, loud boolean NOT NULL, UNIQUE (user_id, mood, loud));
-- One to one.
CREATE TABLE profiles (user_id integer PRIMARY KEY REFERENCES users, home shop.address, work shop.address NOT NULL, share shop.percentage, mail shop.work_email);
CREATE TABLE categories (id serial PRIMARY KEY, parent_id integer REFERENCES categories, name text NOT NULL);
-- A cycle through a nullable column.
CREATE TABLE departments (id serial PRIMARY KEY, head_id integer, name text NOT NULL);
CREATE TABLE employees (id serial PRIMARY KEY, department_id integer NOT NULL REFERENCES departments, name text NOT NULL);
ALTER TABLE departments ADD FOREIGN KEY (head_id) REFERENCES employees DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE orders (
  id bigint PRIMARY KEY, status text NOT NULL CHECK (status IN ('new', 'paid', 'sent')), kind varchar(10) NOT NULL DEFAULT 'web' CHECK (kind IN ('web', 'shop')),
  total numeric(10, 2) NOT NULL CHECK (total > 0), placed date NOT NULL, sent date CHECK (sent > placed),
  country char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'), reference text NOT NULL UNIQUE CHECK (reference ~ '^[A-Z]{3}-[0-9]{4}$'),
  note text CHECK (char_length(note) <= 5)
);
-- Exactly one of two references.
CREATE TABLE comments (
  id integer PRIMARY KEY, user_id integer REFERENCES users, order_id bigint REFERENCES orders, body text NOT NULL,
  CHECK ((user_id IS NULL) <> (order_id IS NULL))
);
CREATE TABLE bookings (id serial PRIMARY KEY, room integer NOT NULL, during tstzrange NOT NULL, EXCLUDE USING gist (during WITH &&));
CREATE TABLE slots (room integer, position integer, UNIQUE (room, position) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, payload jsonb NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE regions (region text NOT NULL, amount integer) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'fr');
CREATE TABLE regions_us PARTITION OF regions FOR VALUES IN ('us') PARTITION BY RANGE (amount);
CREATE TABLE regions_us_low PARTITION OF regions_us FOR VALUES FROM (0) TO (10);
CREATE TABLE hashed (id integer PRIMARY KEY, word text) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE every_type (
  a smallint NOT NULL UNIQUE, b real, c double precision, d numeric, e numeric(3, 3), f money, g "char", h name, i timetz, j interval, k bytea, l json,
  m inet, n cidr, o macaddr, p macaddr8, q bit(5), r varbit(9), s point, t box, u circle, v lseg, w line, x path, y polygon, z tsvector,
  aa tsquery, ab xml, ac pg_lsn, ad integer[], ae text[], af shop.mood[], ag int4range, ah numrange, ai daterange, aj varchar(3)[], ak char(4)[],
  al time, am oid, an timestamp[], ao shop.percentage, ap bit(3)[], aq bpchar, ar uuid[], "select" text, "Mixed Case" varchar(9) NOT NULL
);
CREATE TABLE only_keys (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);
CREATE TABLE impossible (id serial PRIMARY KEY, word text NOT NULL CHECK (md5(word) = 'no text has this digest'));
CREATE TABLE needs_impossible (id serial PRIMARY KEY, impossible_id integer NOT NULL REFERENCES impossible);
CREATE TABLE seeded (code text PRIMARY KEY, label text NOT NULL);
INSERT INTO seeded VALUES ('one', 'One'), ('two', 'Two');
CREATE TABLE schema_migrations (version text PRIMARY KEY);

-- Triggers that refuse, or that write clock times, are not fired.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fired'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION refuse();
