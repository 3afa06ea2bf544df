/** Passwords are not repeated: those in addresses, in connection strings, and in variables that a command sets for itself. */
export function withoutPasswords(text: string): string {
  return (
    text
      // A password may hold an @ of its own: the last one ends it.
      .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):\S+@/gi, '$1:***@')
      .replace(/\b([\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token)=)("[^"]*"|'[^']*'|[^\s&;'"]+)/gi, '$1***')
      .replace(/(--?[\w-]*password\s+)(?!-)("[^"]*"|'[^']*'|\S+)/gi, '$1***')
  );
}
