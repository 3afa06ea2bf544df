import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { type CodeServer, startCodeServer } from './code-server';

const root = process.cwd();
const artifacts = join(root, 'artifacts');

const defaultWidth = 1280;
const height = 800;

/** Animations and layout come to rest. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 600));
}

/** One VS Code window in a browser, on a copy of the fixture workspace. */
export class WorkbenchWindow {
  private constructor(
    readonly page: Page,
    readonly folder: string,
    private readonly browser: Browser,
    private readonly server: CodeServer,
  ) {}

  /** `files` are added to the workspace: path to text. */
  static async open(
    options: { readonly trusted?: boolean; readonly files?: Readonly<Record<string, string>> } = {},
  ): Promise<WorkbenchWindow> {
    const folder = await mkdtemp(join(tmpdir(), 'faultline-shop-'));
    await cp(resolve(root, 'test/fixtures/workspace'), folder, { recursive: true });
    for (const [path, text] of Object.entries(options.files ?? {})) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const server = await startCodeServer({
      extension: root,
      trusted: options.trusted ?? true,
    });
    const executablePath = process.env.CHROMIUM;
    const browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    const page = await browser.newPage({ viewport: { width: defaultWidth, height }, colorScheme: 'dark' });
    page.setDefaultTimeout(60_000);
    await page.goto(server.windowUrl(folder));
    await page.locator('.monaco-workbench').waitFor();
    return new WorkbenchWindow(page, folder, browser, server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Opens a file of the workspace by Quick Open. */
  async openFile(path: string): Promise<void> {
    const { page } = this;
    await page.keyboard.press('Control+P');
    const input = page.locator('.quick-input-widget input');
    await input.fill(basename(path));
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: basename(path) })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await this.tab(basename(path)).waitFor();
    await page.locator('.editor-instance .view-lines').first().waitFor();
  }

  tab(name: string): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: name });
  }

  /** Runs a command from the palette by its full title. Once more when something else took the focus, which closes the palette. */
  async runCommand(title: string): Promise<void> {
    const { page } = this;
    await this.stubbornly(async () => {
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input').fill(`>${title}`, { timeout: 5_000 });
      await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click({ timeout: 5_000 });
    });
  }

  /** Opens a list of choices by a command, and waits for what must be in it. */
  async openList(title: string, content: string): Promise<void> {
    const entry = this.page.locator('.quick-input-list', { hasText: content });
    await this.stubbornly(async () => {
      await this.runCommand(title);
      await entry.waitFor({ timeout: 10_000 });
    });
  }

  /** A page that is still settling, such as a panel that comes back after a reload or a hover, may take the focus away. */
  async stubbornly(action: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await action();
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The line of the editor that holds a text. Monaco writes spaces as no-break spaces. */
  line(text: string): Locator {
    const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '[ \\u00a0]');
    return this.page.locator('.editor-instance .view-line', { hasText: new RegExp(pattern) }).first();
  }

  /** Everything the first editor shows, as text with plain spaces. */
  async editorText(): Promise<string> {
    const lines = await this.page
      .locator('.editor-instance')
      .first()
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({
            top: Number.parseFloat((element as unknown as { style: { top: string } }).style.top),
            text: element.textContent ?? '',
          }))
          .sort((left, right) => left.top - right.top)
          .map(({ text }) => text),
      );
    return lines.join('\n').replace(/\u00a0/g, ' ');
  }

  /** Changes the colour theme of the open window. */
  async useTheme(kind: 'Dark' | 'Light'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: kind === 'Dark' ? 'dark' : 'light' });
    await this.page.locator(kind === 'Dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
  }

  /** The page inside the simulation panel. */
  panel(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** A picture of the window, `width` pixels wide. */
  async screenshot(name: string, width = defaultWidth): Promise<void> {
    await mkdir(artifacts, { recursive: true });
    await this.page.setViewportSize({ width, height });
    await settle();
    await this.page.screenshot({ path: join(artifacts, `${name}.png`) });
  }
}
