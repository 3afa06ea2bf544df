import type { Point } from '../../model/fault';
import type { Statement } from '../../model/migration';
import type { RunStep } from '../../model/run-protocol';

/** Where an execution is held. Requests count from 1, as the wire counts them; request N sends step N. */
export type Place =
  /** Before the request reaches the server. */
  | { readonly kind: 'request'; readonly request: number }
  /** The server has finished the request, and nothing of its response was passed on. */
  | { readonly kind: 'response'; readonly request: number }
  /** Inside a request of several statements, before the one at `position` (from 0). */
  | { readonly kind: 'inside'; readonly request: number; readonly position: number };

/** The requests of one migration, and where its points lie among them. */
export class Script {
  readonly steps: readonly RunStep[];
  private readonly statements: ReadonlyMap<number, Statement>;

  constructor({ up }: { readonly up: { readonly statements: readonly Statement[] } }, steps: readonly RunStep[]) {
    this.steps = steps;
    this.statements = new Map(up.statements.map((statement) => [statement.index, statement]));
  }

  /** The step that request N sends. */
  step(request: number): RunStep | undefined {
    return this.steps[request - 1];
  }

  /** What request N sends, statement by statement; empty when it sends none of the migration's. */
  statementsOf(request: number): readonly Statement[] {
    const step = this.step(request);
    if (step?.kind !== 'statements') return [];
    return step.statements.flatMap((index) => this.statements.get(index) ?? []);
  }

  /** Where the execution is at a point; undefined when this migration never comes to such a point. */
  place(point: Point): Place | undefined {
    switch (point.kind) {
      case 'start':
        return this.steps.length > 0 ? { kind: 'request', request: 1 } : undefined;
      case 'before':
      case 'during':
        return this.before(this.locate(point.statement));
      case 'after':
        return this.after(this.locate(point.statement));
      case 'commit':
        return this.after(this.commitOf(point.statement));
      case 'unrecorded':
        return this.afterStatements('record');
      case 'unlock':
        return this.afterStatements('unlock');
    }
  }

  /** What commits the transaction that holds a statement: its request, and its position in it. Undefined for a statement that commits alone. */
  commitOf(index: number | undefined): Location | undefined {
    const start = this.locate(index);
    if (!start) return undefined;
    for (let { request, position } = start; request <= this.steps.length; request++, position = 0) {
      if (this.step(request)?.kind === 'commit') return { request, position: 0 };
      const statements = this.statementsOf(request);
      const commit = statements.findIndex((statement, at) => at >= position && isCommit(statement));
      if (commit !== -1) return { request, position: commit };
    }
    return start;
  }

  locate(index: number | undefined): Location | undefined {
    for (let request = 1; request <= this.steps.length; request++) {
      const position = this.statementsOf(request).findIndex((statement) => statement.index === index);
      if (position !== -1) return { request, position };
    }
    return undefined;
  }

  private before(location: Location | undefined): Place | undefined {
    if (!location) return undefined;
    const { request, position } = location;
    return position === 0 ? { kind: 'request', request } : { kind: 'inside', request, position };
  }

  private after(location: Location | undefined): Place | undefined {
    if (!location) return undefined;
    const { request, position } = location;
    const last = position >= this.statementsOf(request).length - 1;
    return last ? { kind: 'response', request } : { kind: 'inside', request, position: position + 1 };
  }

  private afterStatements(kind: RunStep['kind']): Place | undefined {
    const lastStatements = this.steps.findLastIndex((step) => step.kind === 'statements');
    const index = this.steps.findIndex((step, at) => at > lastStatements && step.kind === kind);
    return index === -1 ? undefined : { kind: 'request', request: index + 1 };
  }
}

/** A statement's place: the request that sends it, and its position there, from 0. */
export interface Location {
  readonly request: number;
  readonly position: number;
}

/** True for the migration's own COMMIT. */
export function isCommit(statement: Statement): boolean {
  return statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === 'commit');
}
