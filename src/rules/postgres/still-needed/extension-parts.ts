/** What of an extension definitions can depend on (manual, "Additional Supplied Modules and Extensions"). */
export interface ExtensionParts {
  readonly types: readonly string[];
  readonly functions: readonly string[];
  readonly operatorClasses: readonly string[];
}

const none = { types: [], functions: [], operatorClasses: [] } as const;

const known: Readonly<Record<string, ExtensionParts>> = {
  citext: { ...none, types: ['citext'] },
  cube: { ...none, types: ['cube'] },
  hstore: { ...none, types: ['hstore'] },
  intarray: { ...none, operatorClasses: ['gin__int_ops', 'gist__int_ops', 'gist__intbig_ops'] },
  isn: { ...none, types: ['ean13', 'isbn', 'isbn13', 'ismn', 'ismn13', 'issn', 'issn13', 'upc'] },
  ltree: { ...none, types: ['ltree', 'lquery', 'ltxtquery'] },
  pg_trgm: { ...none, operatorClasses: ['gin_trgm_ops', 'gist_trgm_ops'] },
  pgcrypto: { ...none, functions: ['crypt', 'gen_salt', 'gen_random_bytes', 'digest', 'hmac', 'pgp_sym_encrypt', 'pgp_sym_decrypt'] },
  unaccent: { ...none, functions: ['unaccent'] },
  'uuid-ossp': {
    ...none,
    functions: ['uuid_generate_v1', 'uuid_generate_v1mc', 'uuid_generate_v3', 'uuid_generate_v4', 'uuid_generate_v5', 'uuid_nil'],
  },
  // From their own manuals: https://github.com/pgvector/pgvector, https://postgis.net/docs.
  vector: { ...none, types: ['vector', 'halfvec', 'sparsevec'] },
  postgis: { ...none, types: ['geometry', 'geography'] },
};

/** Undefined for an extension that is not known. */
export function extensionParts(name: string, major: number): ExtensionParts | undefined {
  const parts = known[name];
  // Built in from 13 on, which hides that of the extension.
  return name === 'pgcrypto' && major < 13 && parts !== undefined
    ? { ...parts, functions: [...parts.functions, 'gen_random_uuid'] }
    : parts;
}
