import type { Node } from '@pgsql/types';
import type { Statement } from '../../model/migration';
import { all, as, type NodeOf, strings, walk } from '../../parse/postgres/operations/nodes';
import { readStatements, statementTree } from '../../parse/postgres/read';
import { textsOfBlock } from './bodies';
import { functionReach, languageReach, libraryReach, reachingFunctions, settingReach, subscriptionReach } from './doors';
import type { Reach } from './reach';

/** Bodies in bodies in bodies: who writes that hides something, or nests nothing more. */
const deepest = 4;

/** What statements of PostgreSQL reach, each in the light of those before it. */
export class PostgresReaches {
  /** Foreign tables that were made so far: what is written to them is written on another server. */
  private readonly foreign = new Set<string>();

  of(statement: Statement): readonly Reach[] {
    return this.inText(statement.sent, 0);
  }

  private inText(text: string, depth: number): readonly Reach[] {
    const tree = statementTree(text);
    return tree === undefined ? [] : this.inTree(tree, depth);
  }

  private inTree(tree: Node, depth: number): readonly Reach[] {
    const found: Reach[] = [];
    const add = (reach: Reach | undefined) => {
      if (reach !== undefined) found.push(reach);
    };
    walk({ tree }, (kind, content) => {
      switch (kind) {
        case 'CopyStmt':
          return add(this.copy(content as NodeOf<'CopyStmt'>));
        case 'CreateTableSpaceStmt':
          // Without a place it lies in the data directory.
          if ((content as NodeOf<'CreateTableSpaceStmt'>).location) add({ whose: 'machine', does: 'keeps files in a folder' });
          return undefined;
        case 'FuncCall':
          return add(functionReach(content as NodeOf<'FuncCall'>));
        case 'LoadStmt':
          return add(libraryReach((content as NodeOf<'LoadStmt'>).filename));
        case 'AlterSystemStmt':
          return add(settingReach((content as NodeOf<'AlterSystemStmt'>).setstmt));
        case 'CreateSubscriptionStmt':
        case 'AlterSubscriptionStmt':
          return add(subscriptionReach(kind, content));
        case 'CreateStmt':
          this.foreign.delete((content as NodeOf<'CreateStmt'>).relation?.relname ?? '');
          return undefined;
        case 'CreateForeignTableStmt':
          return add(this.foreignTable(content as NodeOf<'CreateForeignTableStmt'>));
        case 'AlterTableStmt':
          return add(this.alterTable(content as NodeOf<'AlterTableStmt'>));
        case 'InsertStmt':
        case 'UpdateStmt':
        case 'DeleteStmt':
        case 'MergeStmt':
          return add(this.write((content as NodeOf<'InsertStmt'>).relation));
        case 'TruncateStmt':
          for (const table of all((content as NodeOf<'TruncateStmt'>).relations, 'RangeVar')) add(this.write(table));
          return undefined;
        case 'DoStmt':
          found.push(...this.body((content as NodeOf<'DoStmt'>).args, depth));
          return undefined;
        case 'CreateFunctionStmt':
          found.push(...this.body((content as NodeOf<'CreateFunctionStmt'>).options, depth));
          return undefined;
      }
    });
    return found;
  }

  private copy({ is_program: isProgram, filename, is_from: isFrom, relation }: NodeOf<'CopyStmt'>): Reach | undefined {
    if (isProgram) return { whose: 'machine', does: 'runs a program' };
    if (filename !== undefined && !isFrom) return { whose: 'machine', does: 'writes a file' };
    return isFrom ? this.write(relation) : undefined;
  }

  /** A file that is read is none of what a sandbox is for; the output of a program is one that was run. */
  private foreignTable({ base, options }: NodeOf<'CreateForeignTableStmt'>): Reach | undefined {
    const name = base?.relation?.relname;
    if (name !== undefined) this.foreign.add(name);
    if (namesProgram(options)) return readsProgram;
    // Generated rows of the parent would go there.
    return base?.partbound === undefined ? undefined : elsewhere;
  }

  private alterTable({ cmds }: NodeOf<'AlterTableStmt'>): Reach | undefined {
    for (const { subtype, def } of all(cmds, 'AlterTableCmd')) {
      if (subtype === 'AT_GenericOptions' && namesProgram(as(def, 'List')?.items)) return readsProgram;
      const partition = as(def, 'PartitionCmd')?.name;
      if (subtype === 'AT_AttachPartition' && partition !== undefined && this.write(partition)) return elsewhere;
    }
    return undefined;
  }

  private write(table: NodeOf<'RangeVar'> | undefined): Reach | undefined {
    return table?.relname !== undefined && this.foreign.has(table.relname) ? elsewhere : undefined;
  }

  private body(options: readonly Node[] | undefined, depth: number): readonly Reach[] {
    const given = all(options, 'DefElem');
    const argument = (name: string) => given.find(({ defname }) => defname === name)?.arg;
    const language = as(argument('language'), 'String')?.sval?.toLowerCase() ?? 'plpgsql';
    const text = argument('as');
    const body = as(text, 'String')?.sval ?? strings(as(text, 'List')?.items)[0] ?? '';
    const own = languageReach(language) ?? (language === 'c' ? libraryReach(body) : undefined);
    if (own !== undefined) return [own];
    if (depth >= deepest) return [];
    if (language === 'sql') return this.inStatements(body, depth);
    if (language !== 'plpgsql') return [];
    return textsOfBlock(body, reachingFunctions).flatMap((text) => this.inStatements(text, depth));
  }

  private inStatements(text: string, depth: number): readonly Reach[] {
    return readStatements(text, { start: 0, end: text.length }, {}).flatMap(({ sent }) => this.inText(sent, depth + 1));
  }
}

const elsewhere: Reach = { whose: 'network', does: 'writes to a table of another server' };
const readsProgram: Reach = { whose: 'machine', does: 'makes a table whose rows come from a program that is run' };

function namesProgram(options: readonly Node[] | undefined): boolean {
  return all(options, 'DefElem').some(({ defname }) => defname === 'program');
}
