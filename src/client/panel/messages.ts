import type { FromPanel, PanelChoices, PanelCommand } from '../../protocol/panel';

/**
 * What a webview sends is checked here before anything acts on it: the page is the least trusted part of the extension.
 * Undefined for what is not a message of the protocol.
 */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  if (!isObject(value)) return undefined;
  switch (value.kind) {
    case 'ready':
    case 'cancel':
    case 'export':
    case 'manage-trust':
    case 'pick-command':
      return { kind: value.kind };
    case 'run': {
      const choices = parseChoices(value.choices);
      return choices && { kind: 'run', choices };
    }
    case 'copy':
      return typeof value.text === 'string' ? { kind: 'copy', text: value.text } : undefined;
    case 'open':
      return parseOpen(value);
    case 'insert-rollback':
      return isStrings(value.statements) ? { kind: 'insert-rollback', statements: value.statements } : undefined;
    case 'reveal':
      return isCount(value.statement) ? { kind: 'reveal', statement: value.statement } : undefined;
    default:
      return undefined;
  }
}

/** What the panel keeps across reloads of the window. */
export interface PanelState {
  readonly path: string;
  readonly choices?: PanelChoices;
}

/** Undefined when the state is not one of ours: an older version's, or none. */
export function parsePanelState(value: unknown): PanelState | undefined {
  if (!isObject(value) || typeof value.path !== 'string') return undefined;
  const choices = parseChoices(value.choices);
  return choices === undefined ? { path: value.path } : { path: value.path, choices };
}

function parseChoices(value: unknown): PanelChoices | undefined {
  if (!isObject(value)) return undefined;
  const { sandbox, engineVersion, rows, seed, load } = value;
  const command = value.command === undefined ? undefined : parseCommand(value.command);
  if (value.command !== undefined && command === undefined) return undefined;
  const before = typeof value.before === 'string' ? value.before : undefined;
  if (sandbox !== 'embedded' && sandbox !== 'docker' && sandbox !== 'local') return undefined;
  if (typeof engineVersion !== 'string' || !isCount(rows) || !isCount(seed)) return undefined;
  if (load !== undefined && !isCount(load)) return undefined;
  return {
    sandbox,
    engineVersion,
    rows,
    seed,
    ...(load !== undefined && { load }),
    ...(command !== undefined && { command }),
    ...(before !== undefined && { before }),
  };
}

function parseCommand(value: unknown): PanelCommand | undefined {
  if (!isObject(value)) return undefined;
  const { text, directory } = value;
  return typeof text === 'string' && typeof directory === 'string' ? { text, directory } : undefined;
}

function parseOpen(value: Readonly<Record<string, unknown>>): FromPanel | undefined {
  const { text, language, title } = value;
  if (typeof text !== 'string' || typeof title !== 'string') return undefined;
  if (language !== 'sql' && language !== 'mongosh' && language !== 'shell' && language !== 'text') return undefined;
  return { kind: 'open', text, language, title };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
