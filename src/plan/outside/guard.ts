import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { SandboxProviderName } from '../../model/sandbox';
import { PostgresReaches } from './postgres';
import type { Reach } from './reach';

/** The statement of a program that would reach out of a sandbox, by itself or by one that it holds. */
export interface FoundReach extends Reach {
  readonly statement: Statement;
}

/**
 * Looks at programs in the order in which they run, and finds statements that would write or run something outside of a sandbox of this kind: also
 * those in DO blocks, in bodies of routines, and in the constant parts of an EXECUTE. What a text holds that only a run puts together can't be seen.
 */
export class OutsideGuard {
  private readonly postgres = new PostgresReaches();

  constructor(
    private readonly engine: Engine,
    private readonly sandbox: SandboxProviderName,
  ) {}

  /** The first statement of a program that reaches out. `loadParser` must have resolved. */
  first(statements: readonly Statement[]): FoundReach | undefined {
    for (const statement of statements) {
      const found = this.reachesOf(statement).find(({ whose }) => whose === 'network' || this.sandbox !== 'docker');
      if (found !== undefined) return { ...found, statement };
    }
    return undefined;
  }

  private reachesOf(statement: Statement): readonly Reach[] {
    switch (this.engine.name) {
      case 'postgres':
        return this.postgres.of(statement);
      case 'mysql':
      case 'mariadb':
        return statement.operations.some((operation) => operation.kind === 'select' && isFile(operation.into))
          ? [{ whose: 'machine', does: 'writes a file' }]
          : [];
      case 'mongodb':
        return [];
    }
  }
}

function isFile(into: 'outfile' | 'dumpfile' | 'variables' | undefined): boolean {
  return into === 'outfile' || into === 'dumpfile';
}
