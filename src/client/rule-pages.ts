import * as vscode from 'vscode';

const scheme = 'faultline-rule';

/** The address that a finding names; the same page comes with the extension. */
const pageOfRule = /\/docs\/rules\/([a-z0-9-]+)\.md$/;

/** Leads the link of a finding to the page that comes with the extension: it is there without a network, and says what this version does. */
export function linkInstalledPage(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  const { code } = diagnostic;
  if (typeof code !== 'object') return diagnostic;
  const rule = pageOfRule.exec(code.target.path)?.[1];
  if (rule === undefined) return diagnostic;
  diagnostic.code = { value: code.value, target: vscode.Uri.from({ scheme, path: `/${rule}.md` }) };
  return diagnostic;
}

const openRuleCommand = 'faultline.openRule';

/** The same for the links of a hover, which can't lead to a document of ours, but to a command. */
export function linkInstalledPages(hover: vscode.Hover | null | undefined): vscode.Hover | null | undefined {
  if (!hover) return hover;
  hover.contents = hover.contents.map((content) => {
    if (!(content instanceof vscode.MarkdownString)) return content;
    const linked = content.value.replaceAll(/\]\(https:[^()\s]*\/docs\/rules\/([a-z0-9-]+)\.md\)/g, (_, rule: string) => {
      return `](command:${openRuleCommand}?${encodeURIComponent(JSON.stringify([rule]))})`;
    });
    if (linked === content.value) return content;
    const markdown = new vscode.MarkdownString(linked);
    markdown.isTrusted = { enabledCommands: [openRuleCommand] };
    return markdown;
  });
  return hover;
}

/** Opens the pages of rules. The editor follows a finding's link to a document only, not to a command: its text makes room for the preview. */
export function registerRulePages(context: vscode.ExtensionContext): void {
  const provider: vscode.TextDocumentContentProvider = {
    async provideTextDocumentContent({ path }) {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'docs', 'rules', path));
      return new TextDecoder().decode(bytes);
    },
  };
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    vscode.commands.registerCommand(openRuleCommand, async (rule: unknown) => {
      if (typeof rule === 'string' && /^[a-z0-9-]+$/.test(rule)) await showPreview(vscode.Uri.from({ scheme, path: `/${rule}.md` }));
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor?.document.uri.scheme === scheme) void showPreview(editor.document.uri);
    }),
  );
}

async function showPreview(page: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', page);
  const tabs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
  await vscode.window.tabGroups.close(
    tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === page.toString()),
    true,
  );
}
