import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import type { PanelSubject } from '../../../src/protocol/panel';
import type { SimulationEvent } from '../../../src/protocol/simulation';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');

export interface Scenario {
  readonly subject: PanelSubject;
  readonly events: readonly SimulationEvent[];
}

export interface HarnessPage {
  readonly theme: string;
  readonly scenario: Scenario;
  /** What the page gets when it says `ready`: the subject, everything of the last run, or nothing. */
  readonly start: 'subject' | 'replay' | 'nothing';
}

export interface Harness {
  /** The address of a page; the page is kept until the harness closes. */
  url(page: HarnessPage): string;
  close(): Promise<void>;
}

/** Serves the panel, bundled from the sources as they are now, in a page like the extension's: same policy, VS Code's variables. */
export async function startHarness(): Promise<Harness> {
  const [files, template, themes] = await Promise.all([bundle(), readFile(join(here, 'page.html'), 'utf8'), readThemes()]);
  files.set('/host.js', await readFile(join(here, 'host.js'), 'utf8'));
  const pages: HarnessPage[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const file = files.get(path);
    const page = pages[Number(path.slice(1))];
    const type = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html';
    const theme = page && themes[page.theme];
    const body = file ?? (page && theme && fill(template, { ...page, theme }));
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(body ?? 'No such page.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (page) => `http://127.0.0.1:${port}/${pages.push(page) - 1}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Themes = Readonly<Record<string, { readonly kind: string; readonly variables: Readonly<Record<string, string>> }>>;

async function readThemes(): Promise<Themes> {
  return JSON.parse(await readFile(join(here, 'themes.json'), 'utf8')) as Themes;
}

async function bundle(): Promise<Map<string, string>> {
  const built = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { webview: 'webview/main.ts' },
    outdir: 'unused',
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
  });
  return new Map(built.outputFiles.map(({ path, text }) => [`/${path.split(/[\\/]/).at(-1)}`, text]));
}

function fill(template: string, data: unknown): string {
  const nonce = 'aGFybmVzcy1ub25jZQ';
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; font-src 'self'; img-src 'self' data:`;
  // In a script element only `</script` and `<!--` could end the data early.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return template
    .replaceAll('%POLICY%', policy)
    .replaceAll('%NONCE%', nonce)
    .replace('%DATA%', () => json);
}
