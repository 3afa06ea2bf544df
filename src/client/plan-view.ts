import * as vscode from 'vscode';
import { type PlanParams, type PlanResult, planRequest } from '../protocol/language';
import type { LanguageServer } from './language-server';

const scheme = 'faultline-plan';

/** Shows execution plans as read-only Markdown, in VS Code's own preview. */
export interface PlanView {
  show(migration: vscode.Uri): Promise<void>;
}

/** Registers the documents that hold plans. A plan that is open follows its migration when that is saved. */
export function registerPlanView(context: vscode.ExtensionContext, server: LanguageServer): PlanView {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const shown = new Map<string, vscode.Uri>();

  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changes.event,
    async provideTextDocumentContent(uri) {
      const parameters: PlanParams = { uri: uri.query };
      const result = await server.request<PlanResult>(planRequest, parameters);
      return result?.markdown ?? 'This file is not a migration that Faultline can read, so there is no execution plan.';
    },
  };
  context.subscriptions.push(
    changes,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    vscode.workspace.onDidSaveTextDocument((document) => {
      const plan = shown.get(document.uri.toString());
      if (plan !== undefined) changes.fire(plan);
    }),
  );
  return {
    async show(migration) {
      const name = migration.path.slice(migration.path.lastIndexOf('/') + 1);
      const plan = vscode.Uri.from({ scheme, path: `Plan of ${name}.md`, query: migration.toString() });
      shown.set(migration.toString(), plan);
      changes.fire(plan);
      await vscode.commands.executeCommand('markdown.showPreview', plan);
    },
  };
}
