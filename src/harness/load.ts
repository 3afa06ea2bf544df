import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { part } from './beside';

/** What Node keeps of its loader of CommonJS modules, and typings leave out. Tools that run TypeScript have used it for a decade. */
interface Loader {
  readonly _extensions: Record<string, (module: { _compile(code: string, path: string): void }, path: string) => void>;
  _resolveFilename(request: string, parent: { readonly filename?: string | null } | undefined, ...rest: unknown[]): string;
  _load(request: string, parent: { readonly filename?: string | null } | undefined, ...rest: unknown[]): unknown;
}

const lent: readonly string[] = ['mongodb', 'bson'];

type Source = typeof import('./source');

const loader = Module as unknown as Loader;

const typed = ['.ts', '.mts', '.cts', '.tsx'];
/** What Node says of a module that it can't `require`: an old version of it of any module, a new one of those that await at their top. */
const mustBeImported: readonly unknown[] = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'];

/** Makes `require` read TypeScript, and lends the driver to a project that has none installed. */
export function extendLoader(): void {
  for (const extension of typed) {
    loader._extensions[extension] = (module, path) =>
      module._compile(part<Source>('harness-source').strippedTypes(readFileSync(path, 'utf8'), path), path);
  }
  resolveTypedFiles();
  lendDriver();
}

/** `./helper.js` in TypeScript may mean `helper.ts`, as compilers have it. */
function resolveTypedFiles(): void {
  const resolveName = loader._resolveFilename;
  loader._resolveFilename = function (request, parent, ...rest) {
    try {
      return resolveName.call(this, request, parent, ...rest);
    } catch (error) {
      const isTyped = typed.some((extension) => parent?.filename?.endsWith(extension));
      if (!isTyped || !/^\.{1,2}\/.*\.[cm]?js$/.test(request)) throw error;
      return resolveName.call(this, request.replace(/js$/, 'ts'), parent, ...rest);
    }
  };
}

/** A migration may lie where its project's packages are not found: then those of the folder that the command runs in are meant, or ours. */
function lendDriver(): void {
  const load = loader._load;
  loader._load = function (request, parent, ...rest) {
    try {
      return load.call(this, request, parent, ...rest);
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string };
      if (code !== 'MODULE_NOT_FOUND' || !lent.includes(request) || !message.includes(`'${request}'`)) throw error;
      const there = resolvedFrom(resolve('package.json'), request);
      if (there !== undefined) return load.call(this, there, parent, ...rest);
      const driver = part<typeof import('./driver')>('harness-driver');
      return request === 'mongodb' ? driver : driver.BSON;
    }
  };
}

function resolvedFrom(place: string, request: string): string | undefined {
  try {
    return createRequire(place).resolve(request);
  } catch {
    return undefined;
  }
}

/** A module as the real tools load it: required, or imported where it can't be. Its default export, where it has one. Throws what it throws. */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const loaded = (await requireOrImport(path)) as Record<string, unknown> | null | undefined;
  const chosen = loaded?.default ?? loaded;
  return typeof chosen === 'object' || typeof chosen === 'function' ? (chosen as Record<string, unknown>) : {};
}

async function requireOrImport(path: string): Promise<unknown> {
  try {
    try {
      return createRequire(path)(path);
    } catch (error) {
      if (!mustBeImported.includes((error as { code?: unknown }).code)) throw error;
      return await import(pathToFileURL(path).href);
    }
  } catch (error) {
    // Of a module Node does not say where; of TypeScript it was said when its types were taken away.
    const isTold = !(error instanceof SyntaxError) || error.message.includes(path) || (error.stack ?? '').startsWith(path);
    throw (isTold ? undefined : part<Source>('harness-source').syntaxErrorIn(readFileSync(path, 'utf8'), path)) ?? error;
  }
}
