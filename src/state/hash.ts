const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain), seed 0, of the text's UTF-8 bytes, as 32 hexadecimal digits. Not for secrets: it
 * tells states apart, and the pure folders have no node:crypto.
 */
export function hash128(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const h: [number, number, number, number] = [0, 0, 0, 0];
  const blocks = bytes.length >>> 4;
  for (let block = 0; block < blocks; block++) mixBlock(h, view, block * 16);
  mixTail(h, bytes, blocks * 16);
  finish(h, bytes.length);
  return h.map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

type State128 = [number, number, number, number];

function mixBlock(h: State128, view: DataView, offset: number): void {
  const k1 = Math.imul(rotate(Math.imul(view.getUint32(offset, true), c1), 15), c2);
  const k2 = Math.imul(rotate(Math.imul(view.getUint32(offset + 4, true), c2), 16), c3);
  const k3 = Math.imul(rotate(Math.imul(view.getUint32(offset + 8, true), c3), 17), c4);
  const k4 = Math.imul(rotate(Math.imul(view.getUint32(offset + 12, true), c4), 18), c1);
  h[0] = (Math.imul((rotate(h[0] ^ k1, 19) + h[1]) | 0, 5) + 0x561ccd1b) | 0;
  h[1] = (Math.imul((rotate(h[1] ^ k2, 17) + h[2]) | 0, 5) + 0x0bcaa747) | 0;
  h[2] = (Math.imul((rotate(h[2] ^ k3, 15) + h[3]) | 0, 5) + 0x96cd1c35) | 0;
  h[3] = (Math.imul((rotate(h[3] ^ k4, 13) + h[0]) | 0, 5) + 0x32ac3b17) | 0;
}

/** The last 0 to 15 bytes, little-endian, in words of four. */
function mixTail(h: State128, bytes: Uint8Array, start: number): void {
  const word = (place: number) => {
    let value = 0;
    for (let byte = 3; byte >= 0; byte--) value = (value << 8) | (bytes[start + place * 4 + byte] ?? 0);
    return value;
  };
  h[3] ^= Math.imul(rotate(Math.imul(word(3), c4), 18), c1);
  h[2] ^= Math.imul(rotate(Math.imul(word(2), c3), 17), c4);
  h[1] ^= Math.imul(rotate(Math.imul(word(1), c2), 16), c3);
  h[0] ^= Math.imul(rotate(Math.imul(word(0), c1), 15), c2);
}

function finish(h: State128, length: number): void {
  for (let place = 0; place < 4; place++) h[place as 0] ^= length;
  addAcross(h);
  for (let place = 0; place < 4; place++) h[place as 0] = avalanche(h[place as 0]);
  addAcross(h);
}

function addAcross(h: State128): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0;
  h[1] = (h[1] + h[0]) | 0;
  h[2] = (h[2] + h[0]) | 0;
  h[3] = (h[3] + h[0]) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function avalanche(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
