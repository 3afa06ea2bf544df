import { join } from 'node:path';
import { readFolder } from '../../src/frameworks/registry';
import type { FrameworkName, Migration, Program } from '../../src/model/migration';
import type { SourceFile } from '../../src/model/run-protocol';
import type { Span } from '../../src/model/text';
import { LineIndex } from '../../src/parse/lines';
import { loadParser } from '../../src/parse/load';
import { readMigrationSource } from '../../src/workspace/read-folder';
import { fetchPackage } from './fetch';
import { type Site, type SiteNames, sitesOf } from './sites';

/** A published package, and what its migrations look like to someone who only looks. */
export interface PackageUnderTest {
  readonly name: string;
  readonly version: string;
  /** Where its migrations lie in the package. */
  readonly folder: string;
  readonly framework: FrameworkName;
  readonly names: SiteNames;
  /** Tests of branches that hold for other databases than Postgres: what stands in them is not run there. */
  readonly otherEngines?: RegExp;
  /** Why a call is rightly not read, in words; undefined for all others. */
  readonly accepted?: (site: Site) => string | undefined;
}

export interface PackageReading {
  readonly files: readonly SourceFile[];
  readonly migrations: readonly Migration[];
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<Site['kind'], SiteCounts>>;
  /** Calls of which nothing became known, neither SQL nor that it could not be read: there must be none. */
  readonly silent: readonly string[];
  /** Calls that were named as unread, once each. */
  readonly unread: readonly string[];
  readonly statements: number;
  /** Statements that the parser refused, though nothing of them is a hole. */
  readonly unreadable: readonly string[];
}

export interface SiteCounts {
  readonly inCode: number;
  readonly read: number;
  readonly unread: number;
  readonly otherEngine: number;
  readonly accepted: number;
}

/** Reads the package's migrations and accounts for every call in them, and in the files of the package that they import. */
export async function readPackage(spec: PackageUnderTest): Promise<PackageReading> {
  await loadParser();
  const folder = join(await fetchPackage(spec.name, spec.version), spec.folder);
  const source = await readMigrationSource(folder);
  if (!source.ok) throw new Error(source.error.message);
  const { files } = source.value;
  const read = readFolder(files, { engine: { name: 'postgres', major: 18 }, placeholders: {}, framework: spec.framework });
  const programs = read.migrations.flatMap(({ up, down }) => [up, ...(down === undefined ? [] : [down])]);
  const known = new KnownPlaces(programs, files);
  const reached = files.filter(({ path }) => known.isReached(path));
  const sites = reached.flatMap((file) => sitesOf(file, spec.names));
  const judged = sites.map((site) => ({ site, fate: fateOf(site, known, spec) }));
  const count = (kind: Site['kind']): SiteCounts => {
    const own = judged.filter(({ site }) => site.kind === kind);
    const of = (fate: Fate) => own.filter((candidate) => candidate.fate === fate).length;
    return { inCode: own.length, read: of('read'), unread: of('unread'), otherEngine: of('other engine'), accepted: of('accepted') };
  };
  const statements = programs.flatMap((program) => program.statements.map((statement) => ({ program, statement })));
  return {
    files,
    migrations: read.migrations,
    problems: read.problems.map(({ message }) => message),
    counts: { raw: count('raw'), builder: count('builder'), helper: count('helper') },
    silent: judged.filter(({ fate }) => fate === 'silent').map(({ site }) => `${site.path}:${site.line} ${site.kind} ${site.text}`),
    unread: programs.flatMap(({ path, unread = [] }) =>
      unread.map(({ range, text, why }) => `${path}:${range.start.line + 1} ${text}: ${why}`),
    ),
    statements: statements.length,
    unreadable: statements.flatMap(({ program, statement: { unreadable, unresolved, text } }) =>
      unreadable === undefined || unresolved !== undefined ? [] : [`${program.path}: ${unreadable.message} ${text.slice(0, 200)}`],
    ),
  };
}

type Fate = 'read' | 'unread' | 'other engine' | 'accepted' | 'silent';

function fateOf(site: Site, known: KnownPlaces, spec: PackageUnderTest): Fate {
  if (known.isRead(site)) return 'read';
  if (known.isUnread(site)) return 'unread';
  if (spec.otherEngines !== undefined && site.branches.some((test) => spec.otherEngines?.test(test))) return 'other engine';
  return spec.accepted?.(site) === undefined ? 'silent' : 'accepted';
}

/** The places of all files from which SQL came, or of which it was said that they could not be read. */
class KnownPlaces {
  private readonly read = new Map<string, Span[]>();
  private readonly unread = new Map<string, Span[]>();

  constructor(programs: readonly Program[], files: readonly SourceFile[]) {
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    for (const { path, rendering, unread = [] } of programs) {
      for (const piece of rendering?.pieces ?? []) {
        add(this.read, piece.path ?? path, piece.source);
        if (piece.call !== undefined) add(this.read, path, piece.call);
      }
      const lines = new LineIndex(texts.get(path) ?? '');
      for (const { range } of unread) add(this.unread, path, lines.span(range));
      if (!this.read.has(path)) this.read.set(path, []);
    }
  }

  isReached(path: string): boolean {
    return this.read.has(path);
  }

  isRead(site: Site): boolean {
    return (this.read.get(site.path) ?? []).some((span) => overlaps(span, site.span));
  }

  isUnread(site: Site): boolean {
    return (this.unread.get(site.path) ?? []).some((span) => overlaps(span, site.span));
  }
}

function add(map: Map<string, Span[]>, path: string, span: Span): void {
  const known = map.get(path);
  if (known === undefined) map.set(path, [span]);
  else known.push(span);
}

function overlaps(left: Span, right: Span): boolean {
  return left.start < right.end && right.start < left.end;
}
