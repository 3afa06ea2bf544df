import {
  CodeActionKind,
  CompletionTriggerKind,
  createConnection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkspaceFolder,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { changedNotification, fixAllKind } from '../protocol/language';
import { configurationFileName } from '../workspace/configuration-file';
import { fixAll, quickFixes } from './code-actions';
import { codeLenses } from './code-lens';
import { completions } from './completions';
import { definitionsAt, referencesAt } from './definitions';
import { DiagnosticsPublisher } from './diagnostics';
import { documentSymbols } from './document-symbols';
import { fromLspPosition, fromLspRange, fromUri, wantedActions } from './from-lsp';
import { hoverAt } from './hover';
import { inlayHints } from './inlay-hints';
import { keepDataAction } from './keep-data';
import { MigrationFolders } from './migration-folders';
import { ProjectDiagnostics } from './project-diagnostics';
import { registerRequests } from './requests';
import { EditorSettings } from './settings';
import { lineAt, suppressionCompletions, typedSuppression } from './suppression-completions';
import { suppressionHover } from './suppression-hover';
import { keepDataKind, toLocation, toUri } from './to-lsp';
import { WorkspaceFolders } from './workspace-folders';

/** The language server: it reads, lints and explains, and never opens a database. It ends when its parent does. */
const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const settings = new EditorSettings(connection);
const workspaceFolders = new WorkspaceFolders();
let canWatchFiles = false;
let tellsFolders = false;
let canAskConfiguration = false;
let canConfirm = false;

const folders = new MigrationFolders(documents, settings, workspaceFolders);
const project = new ProjectDiagnostics(connection, documents, folders);
const publisher = new DiagnosticsPublisher(connection, documents, folders, project);

connection.onInitialize((parameters: InitializeParams): InitializeResult => {
  const { workspace } = parameters.capabilities;
  canWatchFiles = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
  canAskConfiguration = workspace?.configuration === true;
  canConfirm = workspace?.workspaceEdit?.changeAnnotationSupport !== undefined;
  tellsFolders = workspace?.workspaceFolders === true;
  workspaceFolders.change(pathsOf(parameters.workspaceFolders ?? []));
  return {
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
      hoverProvider: true,
      codeLensProvider: { resolveProvider: false },
      inlayHintProvider: { resolveProvider: false },
      documentSymbolProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      // Behind these a rule can be named in a comment; nothing else is offered for them.
      completionProvider: { resolveProvider: false, triggerCharacters: [' ', ','] },
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind, keepDataKind] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
    serverInfo: { name: 'faultline' },
  };
});

function pathsOf(folders: readonly WorkspaceFolder[]): readonly string[] {
  return folders.flatMap(({ uri }) => fromUri(uri) ?? []);
}

connection.onInitialized(() => {
  if (tellsFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      workspaceFolders.change(pathsOf(added), pathsOf(removed));
      settings.forget(); // each folder has settings of its own
      folders.forgetFiles();
      refresh();
    });
  }
  if (canAskConfiguration) void connection.client.register(DidChangeConfigurationNotification.type, { section: 'faultline' });
  if (canWatchFiles) {
    const watchers = [
      '**/*.{sql,js,cjs,mjs,ts,cts,mts}',
      `**/${configurationFileName}`,
      '**/{schema.prisma,migration_lock.toml,flyway.conf,flyway.toml,package.json,ormconfig.json,database.json,config.json}',
      '**/application.{yml,yaml,properties}',
      '**/{pom.xml,build.gradle,build.gradle.kts}',
      '**/*{changelog,changeLog,change-log,change_log,changeset,changeSet}*.{xml,yaml,yml,json}',
      '**/{changelog,changelogs,changesets,liquibase}/**/*.{xml,yaml,yml,json}',
    ];
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: watchers.map((globPattern) => ({ globPattern })),
    });
  }
});

documents.onDidOpen(({ document }) => publisher.schedule(document.uri, 0));
documents.onDidChangeContent(({ document }) => {
  publisher.schedule(document.uri);
  publisher.scheduleAll(); // later migrations of the folder depend on this one
});
documents.onDidClose(({ document }) => {
  publisher.clear(document.uri);
  publisher.scheduleAll(); // what another of the folder says of it
});

connection.onDidChangeConfiguration(() => {
  settings.forget();
  refresh();
});
connection.onDidChangeWatchedFiles(async ({ changes }) => {
  const concerned = await Promise.all(changes.map(({ uri }) => folders.concerns(uri)));
  if (!concerned.includes(true)) return;
  folders.forgetFiles();
  refresh();
});

/** Everything that is shown depends on the configuration and on the other files of a folder. */
function refresh(): void {
  publisher.scheduleAll();
  void connection.sendNotification(changedNotification);
  // An editor without these asks again by itself.
  for (const what of ['codeLens', 'inlayHint']) connection.sendRequest(`workspace/${what}/refresh`).catch(() => undefined);
}

connection.onHover(async ({ textDocument, position }) => {
  const analysis = await folders.analyse(textDocument.uri);
  const place = fromLspPosition(position);
  return analysis && (suppressionHover(analysis, place) ?? hoverAt(analysis, place));
});
connection.onCodeLens(async ({ textDocument }) => {
  const analysis = await folders.analyse(textDocument.uri);
  return analysis === undefined ? [] : codeLenses(analysis);
});
connection.languages.inlayHint.on(async ({ textDocument, range }) => {
  const analysis = await folders.analyse(textDocument.uri);
  return analysis === undefined || !(await settings.showsHints(textDocument.uri)) ? [] : inlayHints(analysis, fromLspRange(range));
});
connection.onDefinition(async ({ textDocument, position }) => {
  const analysis = await folders.analyse(textDocument.uri);
  return analysis && definitionsAt(analysis, fromLspPosition(position)).map(({ path, range }) => toLocation(path, range));
});
connection.onReferences(async ({ textDocument, position, context }) => {
  const analysis = await folders.analyse(textDocument.uri);
  const found = analysis && referencesAt(analysis, fromLspPosition(position), context.includeDeclaration);
  return found?.map(({ path, range }) => toLocation(path, range));
});
connection.onDocumentSymbol(async ({ textDocument }) => {
  const analysis = await folders.analyse(textDocument.uri);
  return analysis === undefined ? [] : documentSymbols(analysis);
});
connection.onCompletion(async ({ textDocument, position, context }) => {
  const place = fromLspPosition(position);
  const typed = typedSuppression(lineAt(documents.get(textDocument.uri)?.getText() ?? '', place), place);
  if (typed === undefined && context?.triggerKind === CompletionTriggerKind.TriggerCharacter) return [];
  const analysis = await folders.analyse(textDocument.uri);
  if (analysis === undefined) return [];
  return typed === undefined ? completions(analysis, place) : suppressionCompletions(analysis, typed);
});
connection.onCodeAction(async ({ textDocument, range, context }) => {
  const analysis = await folders.analyse(textDocument.uri);
  if (analysis === undefined) return [];
  const open = { versionOf: (path: string) => documents.get(toUri(path))?.version ?? null };
  const wanted = wantedActions(context);
  const all = wanted.fixAll ? fixAll(analysis, open) : undefined;
  const kept = wanted.keepData && canConfirm ? keepDataAction(analysis, fromLspRange(range), open) : undefined;
  const fixes = wanted.quickFixes ? quickFixes(analysis, fromLspRange(range), open) : [];
  return [...fixes, ...[kept, all].flatMap((action) => action ?? [])];
});

registerRequests(connection, folders, workspaceFolders, project);
documents.listen(connection);
connection.listen();
