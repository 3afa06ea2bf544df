import { dirname, relative, resolve } from 'node:path';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { newFindings, type PlacedBaseline, parseBaseline } from '../lint/baseline';
import { LintCache } from '../lint/cache';
import { type Configuration, mergeConfigurations, parseConfiguration } from '../lint/configuration';
import type { FileReport } from '../model/finding';
import type { SourceFile } from '../model/run-protocol';
import { baselinePath, readBaselineFile } from '../workspace/baseline-file';
import { isCodeFile, mayBeCodeMigration } from '../workspace/code-files';
import { type FoundConfiguration, findConfiguration } from '../workspace/configuration-file';
import { readDumpFile } from '../workspace/dump-file';
import { folderOf, readMigrationSource, toSlashes } from '../workspace/read-folder';
import { analyseFolder, type FolderAnalysis } from './analyse-folder';
import type { Analysis } from './analysis';
import { ConfiguredFiles } from './configured-files';
import { fromUri } from './from-lsp';
import { looksLikeMigration } from './recognise';
import type { EditorSettings } from './settings';
import { toUri } from './to-lsp';
import type { WorkspaceFolders } from './workspace-folders';

/** What holds for a file: the settings with faultline.json over them, and the folder its globs start from. */
export interface EffectiveConfiguration {
  readonly value: Configuration;
  readonly folder: string;
}

interface Neighbours {
  readonly folder: string;
  readonly reports: readonly { readonly uri: string; readonly report: FileReport }[];
}

/** A file in its folder, with what was found there. */
interface PlacedFile {
  readonly analysed: FolderAnalysis;
  readonly folder: string;
  /** As it stands in `files`. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly configuration: EffectiveConfiguration;
}

/**
 * Longer files are data rather than migrations. At the parser's slowest, many tiny statements, this many characters take seconds, and the
 * editor would wait for them at every key.
 */
const maximumLength = 1024 * 1024;

/**
 * The folders of the open migrations: read from the disk once, kept until something on the disk changes, with the text of the open
 * documents laid over. One analysis serves all features until a text or a setting changes.
 */
export class MigrationFolders {
  private readonly sources = new Map<string, Promise<readonly SourceFile[]>>();
  private readonly configurations = new Map<string, Promise<FoundConfiguration | undefined>>();
  private readonly baselines = new Map<string, Promise<PlacedBaseline | undefined>>();
  private readonly dumps = new Map<string, Promise<string | undefined>>();
  private readonly analyses = new Map<
    string,
    { readonly key: string; readonly result: Promise<FolderAnalysis>; readonly cache: LintCache }
  >();
  private readonly configured = new ConfiguredFiles();
  /** Counts the changes on the disk: part of what an analysis depends on. */
  private diskGeneration = 0;

  constructor(
    private readonly documents: TextDocuments<TextDocument>,
    private readonly settings: EditorSettings,
    private readonly workspaceFolders: WorkspaceFolders,
  ) {}

  /** Undefined when the file is not a migration. */
  async analyse(uri: string): Promise<Analysis | undefined> {
    const placed = await this.place(uri);
    const analysis = placed?.analysed.file(placed.name);
    return placed && analysis && { ...analysis, report: await this.withoutKnown(analysis.report, placed) };
  }

  /** What was found in a file. A migration that can't run, which is not analysed, has findings too: they say why. */
  async report(uri: string): Promise<FileReport | undefined> {
    const placed = await this.place(uri);
    const report = placed?.analysed.report(placed.name);
    return placed && report && (await this.withoutKnown(report, placed));
  }

  /** What is wrong with other files of a migration's folder because of their names, versions and order: for errors and warnings. */
  async neighbours(uri: string): Promise<Neighbours | undefined> {
    const placed = await this.place(uri);
    if (placed === undefined) return undefined;
    const serious = placed.analysed.elsewhere.filter(({ findings }) => findings.some(({ severity }) => severity !== 'info'));
    const reports = serious.map(async (report) => ({
      uri: toUri(resolve(placed.folder, report.path)),
      report: await this.withoutKnown(report, { ...placed, name: report.path }),
    }));
    return { folder: placed.folder, reports: await Promise.all(reports) };
  }

  /** Why nothing in the folder of a migration is linted: the project is one of another database. */
  async otherEngine(uri: string): Promise<string | undefined> {
    return (await this.place(uri))?.analysed.otherEngine;
  }

  /** A file that counts as a migration, with its folder as analysed. */
  private async place(uri: string): Promise<PlacedFile | undefined> {
    const path = fromUri(uri);
    if (path === undefined || !(path.toLowerCase().endsWith('.sql') || isCodeFile(path))) return undefined;
    const configuration = await this.configurationFor(uri);
    if (!(await this.isMigration(uri, path, configuration)) || this.isTooLong(uri)) return undefined;
    const folder = folderOf(path);
    const files = await this.filesOf(folder, path);
    const dump = await this.dumpOf(configuration);
    const name = toSlashes(relative(folder, path));
    const isOnDisk = (await this.sourceOf(folder)).some((file) => file.path === name);
    const analysed = await this.analyseOnce(folder, files, configuration.value, dump, isOnDisk ? undefined : name);
    return { analysed, folder, name, files, configuration };
  }

  /** The schema dump that the configuration names. One that can't be read counts as absent here. */
  private dumpOf({ value, folder }: EffectiveConfiguration): Promise<string | undefined> {
    if (value.schema === undefined || value.schema === '') return Promise.resolve(undefined);
    const file = resolve(folder, value.schema);
    const known = this.dumps.get(file) ?? readDumpFile(folder, value.schema).then((read) => (read.ok ? read.value : undefined));
    this.dumps.set(file, known);
    return known;
  }

  /** What the project's baseline knows is not shown. One that can't be read hides nothing. */
  private async withoutKnown(report: FileReport, { configuration, folder, files, name }: PlacedFile): Promise<FileReport> {
    const { baseline } = configuration.value;
    if (baseline === undefined) return report;
    const file = resolve(configuration.folder, baseline);
    const known = this.baselines.get(file) ?? placedBaseline(file);
    this.baselines.set(file, known);
    const placed = await known;
    if (placed === undefined) return report;
    const text = files.find(({ path }) => path === name)?.text ?? '';
    const path = baselinePath(placed.folder, folder, name);
    return { ...report, findings: newFindings(placed.baseline, { path, text, findings: report.findings }) };
  }

  /** Why a migration is not analysed, in words; undefined when it is, and for files that are no migrations. */
  async refusal(uri: string): Promise<string | undefined> {
    const path = fromUri(uri);
    if (path === undefined || !this.isTooLong(uri)) return undefined;
    if (!(await this.isMigration(uri, path, await this.configurationFor(uri)))) return undefined;
    const length = this.documents.get(uri)?.getText().length ?? 0;
    const megabytes = (length / 1024 / 1024).toFixed(1);
    return `This file holds ${megabytes} million characters, and only migrations of up to one million are linted while you type. The command \`faultline lint\` reads it.`;
  }

  private isTooLong(uri: string): boolean {
    return (this.documents.get(uri)?.getText().length ?? 0) > maximumLength;
  }

  /** A broken faultline.json counts as absent here; its own diagnostic says what is wrong. */
  async configurationFor(uri: string): Promise<EffectiveConfiguration> {
    const settings = await this.settings.forFile(uri);
    const path = fromUri(uri) ?? '';
    const found = await this.configurationFileOf(uri);
    const parsed = found && parseConfiguration(found.text);
    if (found !== undefined && parsed?.ok) return { value: mergeConfigurations(settings, parsed.value), folder: found.folder };
    return { value: settings, folder: this.workspaceFolders.folderOf(path) ?? dirname(path) };
  }

  /** Does a change of this file on the disk concern any migration? Most code does not: only what looks like one, or is imported by one. */
  async concerns(uri: string): Promise<boolean> {
    const path = fromUri(uri);
    if (path === undefined || !isCodeFile(path) || mayBeCodeMigration(toSlashes(path))) return true;
    for (const [folder, source] of this.sources) {
      const name = toSlashes(relative(folder, path));
      if ((await source).some((file) => file.path === name)) return true;
    }
    return false;
  }

  /** Something on the disk changed. */
  forgetFiles(): void {
    this.diskGeneration += 1;
    this.sources.clear();
    this.configurations.clear();
    this.baselines.clear();
    this.dumps.clear();
    this.configured.forget();
  }

  /** The `faultline.json` that holds for a file, as it is on the disk. The same object until something there changes. */
  configurationFileOf(uri: string): Promise<FoundConfiguration | undefined> {
    return this.configurationFile(dirname(fromUri(uri) ?? ''));
  }

  private configurationFile(folder: string): Promise<FoundConfiguration | undefined> {
    const known = this.configurations.get(folder);
    if (known !== undefined) return known;
    const found = findConfiguration(folder).then((result) => (result.ok ? result.value : undefined));
    this.configurations.set(folder, found);
    return found;
  }

  private async isMigration(uri: string, path: string, configuration: EffectiveConfiguration): Promise<boolean> {
    const globs = configuration.value.migrations;
    if (globs !== undefined && globs.length > 0) return this.configured.includes(path, globs, configuration.folder);
    return looksLikeMigration(path, this.documents.get(uri)?.getText() ?? '');
  }

  /** The folder's files, those that are open as the editor has them. `path` is among them even when it was never saved. */
  private async filesOf(folder: string, path: string): Promise<readonly SourceFile[]> {
    const onDisk = await this.sourceOf(folder);
    const open = new Map<string, string>();
    for (const document of this.documents.all()) {
      const name = this.nameIn(folder, document.uri);
      if (name !== undefined) open.set(name, document.getText());
    }
    const own = toSlashes(relative(folder, path));
    const unsaved = [...open].filter(([name]) => name === own && !onDisk.some((file) => file.path === name));
    // A file that is as it was stays the same object, by which it is known that nothing has to be looked for in it again.
    const files = onDisk.map((file) => {
      const text = open.get(file.path) ?? file.text;
      return text === file.text ? file : { ...file, text };
    });
    return (
      [...files, ...unsaved.map(([name, text]) => ({ path: name, text }))]
        // The others are read once and kept: the parser's own limit goes for them, as on the command line.
        .filter((file) => file.path !== own || file.text.length <= maximumLength)
        .sort((left, right) => (left.path < right.path ? -1 : 1))
    );
  }

  private nameIn(folder: string, uri: string): string | undefined {
    const path = fromUri(uri);
    if (path === undefined) return undefined;
    const name = toSlashes(relative(folder, resolve(path)));
    // What lies above a folder is part of it only as code that is imported.
    return name.startsWith('..') && !isCodeFile(name) ? undefined : name;
  }

  private sourceOf(folder: string): Promise<readonly SourceFile[]> {
    const known = this.sources.get(folder);
    if (known !== undefined) return known;
    // A folder that can't be read, or is empty, still has the open document.
    const read = readMigrationSource(folder).then((source) => (source.ok ? source.value.files : []));
    this.sources.set(folder, read);
    return read;
  }

  private analyseOnce(
    folder: string,
    files: readonly SourceFile[],
    configuration: Configuration,
    dump: string | undefined,
    unsaved: string | undefined,
  ): Promise<FolderAnalysis> {
    const open = this.documents.all().map((document) => this.nameIn(folder, document.uri));
    const paths = open.filter((name) => name !== undefined);
    const versions = this.documents.all().map((document) => [document.uri, document.version]);
    // One that is not on the disk, new or deleted while it is open, is there only for itself.
    const key = JSON.stringify([versions, configuration, this.diskGeneration, unsaved]);
    const known = this.analyses.get(folder);
    if (known?.key === key) return known.result;
    const cache = known?.cache ?? new LintCache();
    const result = analyseFolder({ folder, files, configuration, paths, cache, ...(dump !== undefined && { dump }) });
    this.analyses.set(folder, { key, result, cache });
    return result;
  }
}

async function placedBaseline(file: string): Promise<PlacedBaseline | undefined> {
  const read = await readBaselineFile(file);
  const parsed = read.ok ? parseBaseline(read.value.text) : read;
  return read.ok && parsed.ok ? { baseline: parsed.value, folder: read.value.folder } : undefined;
}
