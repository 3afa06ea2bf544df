type Replacement = (password: string) => string;

/** Passwords are not repeated: those in addresses, in connection strings, and in variables that a command sets for itself. */
export function withoutPasswords(text: string): string {
  return replacePasswords(text, () => '***');
}

/** The same with each character in its place, for lines that something points into. */
export function hidePasswords(line: string): string {
  return replacePasswords(line, (password) => '*'.repeat(password.length));
}

/** Each of the places has one of these, which most text has not. */
const trace = /:\/\/|=|password/i;

function replacePasswords(text: string, replace: Replacement): string {
  if (!trace.test(text)) return text;
  const behind = (_: string, before: string, password: string) => before + replace(password);
  return (
    text
      // A password may hold an @ of its own: the last one ends it.
      .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)(\S+)(?=@)/gi, behind)
      .replace(/\b([\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token)=)("[^"]*"|'[^']*'|[^\s&;'"]+)/gi, behind)
      .replace(/(--?[\w-]*password\s+)(?!-)("[^"]*"|'[^']*'|\S+)/gi, behind)
  );
}
