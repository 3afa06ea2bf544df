import type * as vscode from 'vscode';
import { registerCommands } from './commands';
import { startLanguageServer } from './language-server';
import { MigrationCommands } from './migration-commands';
import { createOutput } from './output';
import { SimulationPanels } from './panel/panels';
import { registerPlanView } from './plan-view';
import { registerRulePages } from './rule-pages';
import { createStatusItem } from './status';

/** Starts what the extension consists of; each part lives in a file of its own and ends with `context.subscriptions`. */
export function activate(context: vscode.ExtensionContext): void {
  const output = createOutput();
  context.subscriptions.push(output.channel);
  const server = startLanguageServer(context, output);
  const migrationCommands = new MigrationCommands(server, context.workspaceState);
  const panels = new SimulationPanels(context, server, migrationCommands, output);
  const planView = registerPlanView(context, server);
  context.subscriptions.push(panels);
  registerCommands(context, { server, panels, migrationCommands, planView, output });
  registerRulePages(context);
  createStatusItem(context, server);
}
