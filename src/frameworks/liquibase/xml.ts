import type { ChangelogElement, ChangelogText } from './element';

/** An element of an XML document. Names are without their prefix. */
export interface XmlElement extends ChangelogElement {
  /** Where its closing tag begins; where it is `<a/>`, its end. */
  readonly contentEnd: number;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly start: number;
  readonly children: XmlElement[];
  readonly texts: ChangelogText[];
}

const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>|<\/([\w:.-]+)\s*>|<([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;

/**
 * Reads an XML document as far as it is well-formed (XML 1.0, "Logical Structures"): enough for changelogs, which have no entities of their
 * own. The position of the first character that can't be read, where there is one.
 */
export function readXml(text: string): XmlElement | { readonly offset: number } {
  const open: OpenElement[] = [{ name: '', attributes: new Map(), start: 0, children: [], texts: [] }];
  let offset = 0;
  for (const match of text.matchAll(token)) {
    offset = match.index + match[0].length;
    if (!take(match, open)) return { offset: match.index };
  }
  const [root] = open[0]?.children ?? [];
  return offset === text.length && open.length === 1 && root !== undefined ? root : { offset };
}

/** False where a tag closes what is not open. */
function take(match: RegExpExecArray, open: OpenElement[]): boolean {
  const [whole, section, closing, opening, attributes = '', empty, characters] = match;
  const end = match.index + whole.length;
  const current = open.at(-1);
  if (current === undefined) return false;
  if (section !== undefined) {
    const start = match.index + '<![CDATA['.length;
    current.texts.push({ text: section, span: { start, end: start + section.length }, isVerbatim: true });
  } else if (characters !== undefined) {
    const read = withoutEntities(characters);
    current.texts.push({ text: read, span: { start: match.index, end }, isVerbatim: read === characters });
  } else if (opening !== undefined) {
    const element = { name: local(opening), attributes: attributesOf(attributes), start: match.index, children: [], texts: [] };
    if (empty === '/') current.children.push({ ...element, span: { start: match.index, end }, contentEnd: end });
    else open.push(element);
  } else if (closing !== undefined) {
    if (open.length < 2 || current.name !== local(closing)) return false;
    open.pop();
    const { start, ...element } = current;
    open.at(-1)?.children.push({ ...element, span: { start, end }, contentEnd: match.index });
  }
  return true;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', double, single]) => [
      local(name),
      withoutEntities(double ?? single ?? ''),
    ]),
  );
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function withoutEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hexadecimal, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
