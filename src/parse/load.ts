import type * as Library from 'libpg-query';

type Parser = Pick<typeof Library, 'parseSync' | 'hasSqlDetails'>;

let loading: Promise<void> | undefined;
let loaded: Parser | undefined;

/**
 * Loads PostgreSQL's own parser (WebAssembly). Everything in `parse/postgres` is synchronous and needs this to have resolved once;
 * further calls cost nothing. Rejects only when the WebAssembly file beside the program is missing or damaged.
 */
export function loadParser(): Promise<void> {
  loading ??= load();
  return loading;
}

/** The parser. Throws when nothing has waited for `loadParser`. */
export function parser(): Parser {
  if (loaded === undefined) throw new Error('The parser is not loaded.');
  return loaded;
}

/** The library compiles its WebAssembly as soon as it is imported, and a program that has nothing to parse need not wait for that. */
async function load(): Promise<void> {
  const library = await import('libpg-query');
  await library.loadModule();
  loaded = library;
}
