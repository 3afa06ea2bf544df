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
