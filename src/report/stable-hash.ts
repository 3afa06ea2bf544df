const prime = 0x100000001b3n;
const mask = 0xffffffffffffffffn;

/** FNV-1a with 64 bits, as 16 hexadecimal digits: names a finding across runs. No protection against anyone who means harm. */
export function stableHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * prime) & mask;
  return hash.toString(16).padStart(16, '0');
}
