/** A call of set_config() that is told all it does by literals: it does what SET does (manual, "Configuration Settings Functions"). */
export interface SettingCall {
  readonly name: string;
  /** Without its quotes. */
  readonly value: string;
  readonly isLocal: boolean;
}

/** Those of a statement, in their order. */
export function settingCalls(statement: string): readonly SettingCall[] {
  if (!/\bset_config\b/i.test(statement)) return [];
  const call = /\bset_config"?\s*\(\s*'([^']*)'\s*,\s*'((?:[^']|'')*)'\s*,\s*(true|false|on|off|'[a-z01]+'(?:\s*::\s*bool(?:ean)?)?)/gi;
  return [...statement.matchAll(call)].map(([, name = '', value = '', local = '']) => ({
    name: name.toLowerCase(),
    value: value.replaceAll("''", "'"),
    isLocal: !/^'?(?:f|n|0|off)/i.test(local),
  }));
}
