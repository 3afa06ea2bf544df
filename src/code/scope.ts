import type { Value } from './value';

/** The variables of one block, function or module; those around it are seen through `parent`. */
export class Scope {
  private readonly variables = new Map<string, Value | LiveBinding>();

  constructor(
    readonly parent: Scope | undefined,
    /** The file whose code is evaluated in it. */
    readonly path: string,
    /** `function` and `module` scopes take `var` declarations. */
    readonly kind: 'block' | 'function' | 'module' = 'block',
  ) {}

  declare(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  /** A name whose value is asked for each time: an import of another module, which may still be running. */
  declareLive(name: string, read: () => Value): void {
    this.variables.set(name, { kind: 'live', read });
  }

  /** `var` belongs to the function around it. */
  declareVar(name: string, value: Value | undefined): void {
    let scope: Scope = this;
    while (scope.kind === 'block' && scope.parent !== undefined) scope = scope.parent;
    if (value !== undefined || !scope.variables.has(name)) scope.variables.set(name, value ?? { kind: 'primitive', value: undefined });
  }

  /** The scope that declares a name. */
  owner(name: string): Scope | undefined {
    let scope: Scope | undefined = this;
    while (scope !== undefined && !scope.variables.has(name)) scope = scope.parent;
    return scope;
  }

  read(name: string): Value | undefined {
    const found = this.owner(name)?.variables.get(name);
    return found?.kind === 'live' ? found.read() : found;
  }

  /** Sets a variable of this very scope. */
  write(name: string, value: Value): void {
    this.variables.set(name, value);
  }
}

interface LiveBinding {
  readonly kind: 'live';
  readonly read: () => Value;
}
