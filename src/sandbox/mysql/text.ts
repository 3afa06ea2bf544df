/** An identifier in backticks. */
export function quote(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

/** A string literal, whatever the SQL mode of the session says of backslashes: those are written in hexadecimal. */
export function text(value: string): string {
  return value.includes('\\') ? `_utf8mb4 x'${Buffer.from(value).toString('hex')}'` : `'${value.replaceAll("'", "''")}'`;
}
