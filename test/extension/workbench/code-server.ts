import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A VS Code server on this machine, with the extension under development to be loaded by the page. */
export interface CodeServer {
  /** The address of a window on a folder, with the extension in it. */
  windowUrl(folder: string): string;
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  readonly extension: string;
  /** False: every folder is untrusted until the user says otherwise. */
  readonly trusted: boolean;
}

const startTimeoutMs = 30_000;

/** Starts code-server from the folder in CODE_SERVER_DIR, with everything it writes in a folder of its own. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const installation = process.env.CODE_SERVER_DIR ?? '';
  const entry = join(installation, 'node_modules/code-server/out/node/entry.js');
  const ownNode = join(installation, 'node_modules/.bin/node');
  const work = await mkdtemp(join(tmpdir(), 'faultline-workbench-'));
  mkdirSync(join(work, 'data/User'), { recursive: true });
  writeFileSync(join(work, 'data/User/settings.json'), JSON.stringify({ ...quietSettings, ...themeSettings() }));
  const port = await freePort();
  const log = openSync(join(work, 'server.log'), 'w');
  const child = spawn(
    existsSync(ownNode) ? ownNode : process.execPath,
    [
      entry,
      ...['--config', join(work, 'config.yaml'), '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--user-data-dir', join(work, 'data'), '--extensions-dir', join(work, 'extensions')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.trusted ? ['--disable-workspace-trust'] : []),
      ...pageMayLoadExtensions(installation),
    ],
    { stdio: ['ignore', log, log], detached: true, env: { ...process.env, XDG_CONFIG_HOME: join(work, 'xdg') } },
  );
  const base = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    await endGroup(child);
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await answers(`${base}healthz`);
  } catch (error) {
    const said = readFileSync(join(work, 'server.log'), 'utf8').slice(-2000);
    await stop();
    throw new Error(`code-server did not start: ${said}`, { cause: error });
  }
  return {
    stop,
    windowUrl(folder) {
      const payload = [
        ['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${port}${options.extension}`],
        ['skipWelcome', 'true'],
      ];
      return `${base}?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
  };
}

/** The window follows the browser's colour scheme. The themes' ids differ by version: one was once `Default Dark Modern`. */
function themeSettings() {
  const themes = join(process.env.CODE_SERVER_DIR ?? '', 'node_modules/code-server/lib/vscode/extensions/theme-defaults/package.json');
  const manifest = readFileSync(themes, 'utf8');
  const id = (kind: string) => (manifest.includes(`"Default ${kind} Modern"`) ? `Default ${kind} Modern` : `${kind} Modern`);
  return {
    'window.autoDetectColorScheme': true,
    'workbench.preferredDarkColorTheme': id('Dark'),
    'workbench.preferredLightColorTheme': id('Light'),
  };
}

/** Newer servers heed the page's `extensionDevelopmentPath` only when they were started for tests; older ones know no such option. */
function pageMayLoadExtensions(installation: string): readonly string[] {
  const commandLine = readFileSync(join(installation, 'node_modules/code-server/out/node/cli.js'), 'utf8');
  return commandLine.includes('"vscode-option"') ? ['--vscode-option', 'enable-smoke-test-driver'] : [];
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
  // No dialog: an untrusted folder simply opens restricted.
  'security.workspace.trust.startupPrompt': 'never',
};

/** Ends the server and what it started: it leads a process group of its own. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5_000))]);
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > deadline) throw new Error(`no answer from ${url} in ${startTimeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
