/** What of a package.json matters here. */
export interface Manifest {
  readonly packageManager?: string;
  readonly type?: string;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of all that it depends on. */
  readonly dependencies: ReadonlySet<string>;
  /** `prisma.schema`: where the schema lies. */
  readonly prismaSchema?: string;
}

/** Reads a package.json; undefined for what is none. */
export function readManifest(text: string | undefined): Manifest | undefined {
  const value = parse(text ?? '');
  if (!isObject(value)) return undefined;
  const { packageManager, type, prisma } = value;
  const schema = isObject(prisma) ? prisma.schema : undefined;
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return {
    ...(typeof packageManager === 'string' && { packageManager }),
    ...(typeof type === 'string' && { type }),
    ...(typeof schema === 'string' && { prismaSchema: schema }),
    scripts: texts(value.scripts),
    dependencies: new Set(groups.flatMap((group) => Object.keys(texts(value[group])))),
  };
}

/** JSON as a value; undefined for what is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
