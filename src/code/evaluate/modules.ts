import type * as t from '@babel/types';
import { nativeFunction } from '../native';
import { parseCode } from '../parse';
import { isRelative, resolveImport } from '../resolve';
import { Scope } from '../scope';
import { constantText, written } from '../text';
import { likeliest, type ObjectValue, type Place, undefinedValue, unknown, type Value } from '../value';
import { globalValues } from './builtins/globals';
import { compilerHelpers } from './builtins/helpers';
import { parseJson } from './builtins/json';
import { nodePackages } from './builtins/node';
import { fileText, folderText } from './builtins/paths';
import type { Evaluator } from './evaluator';
import { functionValue } from './functions';
import { Thrown } from './signals';

/** One file of code that was, or is being, evaluated. */
interface CodeModule {
  readonly path: string;
  readonly scope: Scope;
  readonly isEsModule: boolean;
  /** What it exports as an ES module; read when asked for, as the module may still be running. */
  readonly named: Map<string, () => Value>;
  /** Modules of which all exports are passed on. */
  readonly passedOn: Value[];
  /** The object that has `exports` as its property. */
  readonly holder: ObjectValue;
}

/** Evaluates files, each once, and knows what they import. */
export class ModuleLoader {
  readonly globals: ReadonlyMap<string, Value>;
  /** Functions that compilers write into a file, by name: what they do is known. */
  readonly helpers: ReadonlyMap<string, Value>;
  private readonly packages: ReadonlyMap<string, Value>;
  private readonly modules = new Map<string, CodeModule>();

  constructor(private readonly machine: Evaluator) {
    this.globals = new Map([...globalValues(machine), ...(machine.options.globals ?? [])]);
    this.helpers = compilerHelpers(machine);
    this.packages = new Map([...nodePackages(machine), ...(machine.options.packages ?? [])]);
  }

  /** Evaluates a file, and gives what it exports: `module.exports`, or all exports of an ES module as an object. */
  load(path: string): CodeModule {
    const known = this.modules.get(path);
    if (known !== undefined) return known;
    const text = this.machine.files.get(path) ?? '';
    const { program } = parseCode(text, path);
    const scope = new Scope(undefined, path, 'module');
    const place: Place = { path, span: { start: 0, end: 0 } };
    const exports: ObjectValue = { kind: 'object', properties: new Map(), getters: new Map(), open: false };
    const holder: ObjectValue = { kind: 'object', properties: new Map<string, Value>([['exports', exports]]), open: false };
    const isEsModule = program.body.some((node) => /^(?:Import|Export)/.test(node.type));
    const module: CodeModule = { path, scope, isEsModule, named: new Map(), passedOn: [], holder };
    this.modules.set(path, module);
    if (!isEsModule) scope.declare('this', exports);
    scope.declare('module', holder);
    scope.declareLive('exports', () => exports);
    scope.declare('__dirname', written(folderText(path), place));
    scope.declare('__filename', written(fileText(path), place));
    scope.declare('require', this.requireOf(path));
    try {
      this.machine.statements(program.body, scope);
    } catch (error) {
      // What was declared before is there; the function that is asked for is most likely among it.
      if (!(error instanceof Thrown)) throw error;
    }
    return module;
  }

  /** All exports of a file by name. */
  exportsOf(path: string): ReadonlyMap<string, Value> {
    const module = this.load(path);
    const found = new Map<string, Value>();
    const common = likeliest(this.commonExports(module));
    const place: Place = { path, span: { start: 0, end: 0 } };
    if (common.kind === 'object') {
      for (const name of [...common.properties.keys(), ...(common.getters?.keys() ?? [])])
        found.set(name, this.machine.get(common, name, place));
    }
    for (const passed of module.passedOn) {
      if (passed.kind === 'object') for (const [name, value] of passed.properties) if (name !== 'default') found.set(name, value);
    }
    for (const [name, read] of module.named) found.set(name, read());
    return found;
  }

  /** `module.exports`, or the exports of an ES module as an object. */
  moduleValue(path: string): Value {
    const module = this.load(path);
    return module.isEsModule && module.holder.properties.get('exports') === module.scope.read('exports')
      ? this.namespaceOf(module)
      : this.commonExports(module);
  }

  private commonExports(module: CodeModule): Value {
    return module.holder.properties.get('exports') ?? undefinedValue;
  }

  private namespaceOf(module: CodeModule): Value {
    return {
      kind: 'object',
      properties: new Map(this.exportsOf(module.path)),
      open: module.passedOn.some(({ kind }) => kind !== 'object'),
    };
  }

  private requireOf(from: string): Value {
    return {
      ...nativeFunction('require', (call) => this.import(constantText(call.arg(0)), from, call.place), false),
      member: (name) => (name === 'resolve' ? nativeFunction('require.resolve', (call) => call.arg(0), false) : undefined),
    };
  }

  dynamicImport(specifier: Value, place: Place, scope: Scope): Value {
    return this.import(constantText(likeliest(specifier)), scope.path, place);
  }

  /** What `require(specifier)` gives. */
  private import(specifier: string | undefined, from: string, place: Place): Value {
    const { machine } = this;
    if (specifier === undefined)
      return unknown(machine.textOf(place), { why: 'what it imports is known only when it runs', source: place });
    const known = this.packages.get(specifier);
    if (known !== undefined) return known;
    if (!isRelative(specifier)) {
      return unknown(specifier, { why: `it comes from the package "${specifier}", which is not part of the migrations`, source: place });
    }
    const path = resolveImport(specifier, from, (candidate) => machine.files.has(candidate));
    if (path === undefined)
      return unknown(specifier, { why: `it comes from "${specifier}", which was not found beside the migrations`, source: place });
    if (path.endsWith('.json')) return parseJson(machine.files.get(path) ?? '', place) ?? unknown(specifier, { source: place });
    return this.moduleValue(path);
  }

  /** One name of what an import gives; `*` is all of it. */
  private importedName(specifier: string, name: string, from: string, place: Place): Value {
    const { machine } = this;
    const value = this.import(specifier, from, place);
    if (name === '*') return value;
    if (value.kind === 'unknown') return { ...value, name: name === 'default' ? value.name : name };
    const found = machine.get(value, name, place);
    const isMissing = found.kind === 'primitive' && found.value === undefined;
    // A CommonJS module is its own default.
    if (name === 'default' && (isMissing || found.kind === 'unknown')) return value;
    if (isMissing) return unknown(name, { why: `"${specifier}" does not export it`, source: place });
    return found.kind === 'unknown'
      ? {
          ...found,
          name,
          ...(found.why === undefined && value.kind === 'native' ? { why: `Faultline does not know \`${name}\` of ${value.name}` } : {}),
        }
      : found;
  }

  /** `import`, `export` and their TypeScript forms. */
  moduleStatement(node: t.Statement, scope: Scope): void {
    switch (node.type) {
      case 'ImportDeclaration':
        this.importDeclaration(node, scope);
        return;
      case 'ExportNamedDeclaration':
        this.exportNamed(node, scope);
        return;
      case 'ExportDefaultDeclaration':
        this.exportDefault(node, scope);
        return;
      case 'ExportAllDeclaration': {
        if (node.exportKind === 'type') return;
        const value = this.import(node.source.value, scope.path, this.machine.place(node, scope.path));
        this.modules.get(scope.path)?.passedOn.push(value);
        return;
      }
      case 'TSExportAssignment':
        this.modules.get(scope.path)?.holder.properties.set('exports', this.machine.expression(node.expression, scope));
        return;
      case 'TSImportEqualsDeclaration': {
        const { moduleReference: reference } = node;
        if (reference.type !== 'TSExternalModuleReference') return;
        scope.declare(
          node.id.name,
          this.import(
            reference.expression.type === 'StringLiteral' ? reference.expression.value : undefined,
            scope.path,
            this.machine.place(node, scope.path),
          ),
        );
        return;
      }
      default:
        return;
    }
  }

  private importDeclaration(node: t.ImportDeclaration, scope: Scope): void {
    if (node.importKind === 'type' || node.importKind === 'typeof') return;
    for (const specifier of node.specifiers) {
      const name =
        specifier.type === 'ImportNamespaceSpecifier'
          ? '*'
          : specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : nameOf(specifier.imported);
      if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue;
      const place = this.machine.place(specifier, scope.path);
      scope.declareLive(specifier.local.name, () => this.importedName(node.source.value, name, scope.path, place));
    }
  }

  private exportNamed(node: t.ExportNamedDeclaration, scope: Scope): void {
    if (node.exportKind === 'type') return;
    const { declaration, source } = node;
    if (declaration != null) {
      this.machine.statement(declaration, scope);
      for (const name of declaredNames(declaration)) this.export(scope, name, () => scope.read(name) ?? undefinedValue);
    }
    for (const specifier of node.specifiers) {
      const exported = specifier.type === 'ExportSpecifier' ? nameOf(specifier.exported) : specifier.exported.name;
      const place = this.machine.place(specifier, scope.path);
      if (source != null) {
        const local =
          specifier.type === 'ExportSpecifier' ? specifier.local.name : specifier.type === 'ExportNamespaceSpecifier' ? '*' : 'default';
        this.export(scope, exported, () => this.importedName(source.value, local, scope.path, place));
      } else if (specifier.type === 'ExportSpecifier') {
        const local = specifier.local.name;
        this.export(scope, exported, () => scope.read(local) ?? unknown(local, { why: `\`${local}\` is not declared in this file` }));
      }
    }
  }

  private exportDefault(node: t.ExportDefaultDeclaration, scope: Scope): void {
    const { declaration } = node;
    if (declaration.type === 'FunctionDeclaration') {
      const value = functionValue(this.machine, declaration, scope);
      if (declaration.id != null) scope.declare(declaration.id.name, value);
      this.export(scope, 'default', () => value);
    } else if (declaration.type === 'ClassDeclaration') {
      const value = this.machine.defineClass(declaration, scope);
      if (declaration.id != null) scope.declare(declaration.id.name, value);
      this.export(scope, 'default', () => value);
    } else if (declaration.type !== 'TSDeclareFunction') {
      const value = this.machine.expression(declaration, scope);
      this.export(scope, 'default', () => value);
    }
  }

  private export(scope: Scope, name: string, read: () => Value): void {
    if (scope.kind === 'module') this.modules.get(scope.path)?.named.set(name, read);
    else this.namespaces.get(scope)?.properties.set(name, read());
  }

  private readonly namespaces = new WeakMap<Scope, ObjectValue>();

  /** TypeScript's `namespace A { export const b = 1 }`. */
  namespace(node: t.TSModuleDeclaration, outer: Scope): void {
    if (node.id.type !== 'Identifier' || node.body.type !== 'TSModuleBlock') return;
    const scope = new Scope(outer, outer.path, 'function');
    const value: ObjectValue = { kind: 'object', properties: new Map(), open: false };
    this.namespaces.set(scope, value);
    this.machine.statements(node.body.body, scope);
    outer.declare(node.id.name, value);
  }
}

function nameOf(node: t.Identifier | t.StringLiteral): string {
  return node.type === 'Identifier' ? node.name : node.value;
}

function declaredNames(node: t.Declaration): readonly string[] {
  if (node.type === 'VariableDeclaration') return node.declarations.flatMap(({ id }) => patternNames(id));
  if ('id' in node && node.id != null && node.id.type === 'Identifier') {
    return node.type === 'FunctionDeclaration' ||
      node.type === 'ClassDeclaration' ||
      node.type === 'TSEnumDeclaration' ||
      node.type === 'TSModuleDeclaration'
      ? [node.id.name]
      : [];
  }
  return [];
}

function patternNames(node: t.Node): readonly string[] {
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((property) => patternNames(property.type === 'RestElement' ? property.argument : property.value));
    case 'ArrayPattern':
      return node.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    default:
      return [];
  }
}
