import { loadModule } from 'libpg-query';

let loading: Promise<void> | undefined;

/**
 * Loads PostgreSQL's own parser (WebAssembly). Everything in `parse/postgres` is synchronous and needs this to have resolved once;
 * further calls cost nothing. Rejects only when the WebAssembly file beside the program is missing or damaged.
 */
export function loadParser(): Promise<void> {
  loading ??= loadModule();
  return loading;
}
