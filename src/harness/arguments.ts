import { parseArgs } from 'node:util';

export type HarnessFramework = 'migrate-mongo' | 'ts-migrate-mongoose' | 'umzug' | 'mongosh';

/** What the harness is asked to do. */
export interface Order {
  readonly direction: 'up' | 'down';
  readonly framework: HarnessFramework;
  readonly url: string;
  /** The migrations' files, in the order in which they run. */
  readonly files: readonly string[];
  /** The collection of the history, where it is not the framework's own or that of its configuration. */
  readonly changelog: string | undefined;
}

const frameworks: readonly string[] = ['migrate-mongo', 'ts-migrate-mongoose', 'umzug', 'mongosh'] satisfies HarnessFramework[];

/** Reads `up --framework migrate-mongo --url mongodb://... --file a.js --file b.js`. Throws an Error with one line for the user. */
export function parseOrder(words: readonly string[]): Order {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      framework: { type: 'string' },
      url: { type: 'string' },
      file: { type: 'string', multiple: true },
      changelog: { type: 'string' },
    },
  });
  const [direction, ...more] = positionals;
  if ((direction !== 'up' && direction !== 'down') || more.length > 0) throw new Error('Say what to do: up or down.');
  const { framework = 'migrate-mongo', url, file: files = [], changelog } = values;
  if (!frameworks.includes(framework)) throw new Error(`There is no framework "${framework}" here: give ${frameworks.join(', ')}.`);
  if (url === undefined) throw new Error('Say where: --url mongodb://HOST:PORT/DATABASE.');
  if (files.length === 0) throw new Error('Say what: --file FILE.');
  return { direction, framework: framework as HarnessFramework, url, files, changelog };
}
