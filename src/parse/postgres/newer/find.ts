import type { Span } from '../../../model/text';
import { Lexer } from '../lexer';
import { walk } from '../operations/nodes';
import { statementTree } from '../read';
import { type Feature, holds } from './feature';
import { namedFeatures } from './names';
import { otherFeatures } from './others';
import { copyFeatures, queryFeatures } from './queries';
import { tableFeatures } from './tables';

/** Everything that the versions 13 to 18 brought and that migrations use. Adding one is adding an entry to one of these lists. */
export const allFeatures: readonly Feature[] = [...tableFeatures, ...queryFeatures, ...copyFeatures, ...otherFeatures, ...namedFeatures];

export interface FoundFeature {
  readonly feature: Feature;
  /** Of its words, in the statement's text. */
  readonly span: Span;
}

/**
 * What a statement uses that this major version does not have yet: once each, the rarest first where one contains the other. `sent` is
 * the text of one statement; unreadable ones use nothing. `loadParser` must have resolved.
 */
export function newerFeatures(sent: string, major: number): readonly FoundFeature[] {
  const { features, words } = newerThan(major);
  if (features.length === 0 || !words.test(sent)) return [];
  const possible = features.filter((feature) => feature.words.test(sent));
  const tree = possible.length === 0 ? undefined : statementTree(sent);
  if (tree === undefined) return [];
  const found = new Set<Feature>();
  walk(tree, (kind, content) => {
    for (const [own, node] of unwrapped(kind, content)) {
      for (const feature of possible) {
        const pattern = feature.nodes[own as keyof Feature['nodes']];
        if (pattern !== undefined && holds(node, pattern)) found.add(feature);
      }
    }
  });
  return [...found].map((feature) => ({ feature, span: placeOf(feature, sent) }));
}

/** Is there anything that this major version does not have yet? */
export function hasNewer(major: number): boolean {
  return newerThan(major).features.length > 0;
}

interface Newer {
  readonly features: readonly Feature[];
  /** Matches every text that uses one of them. */
  readonly words: RegExp;
}

const byMajor = new Map<number, Newer>();

function newerThan(major: number): Newer {
  const known = byMajor.get(major);
  if (known !== undefined) return known;
  const features = allFeatures
    .filter(({ since }) => since > major)
    .map((feature) => ({ ...feature, words: new RegExp(feature.words.source, 'i') }));
  const newer = { features, words: new RegExp(features.map(({ words }) => words.source).join('|'), 'i') };
  byMajor.set(major, newer);
  return newer;
}

/** Fields in which a node stands without its name, since it can be of one kind only. */
const kindsOfFields = new Map([
  ['typeName', 'TypeName'],
  ['argType', 'TypeName'],
  ['returnType', 'TypeName'],
  ['larg', 'SelectStmt'],
  ['rarg', 'SelectStmt'],
]);

function unwrapped(kind: string, content: Readonly<Record<string, unknown>>): readonly (readonly [kind: string, node: unknown])[] {
  const found: (readonly [string, unknown])[] = [[kind, content]];
  for (const [field, own] of kindsOfFields) {
    for (let node = content[field]; typeof node === 'object' && node !== null; node = (node as Readonly<Record<string, unknown>>)[field]) {
      found.push([own, node]);
    }
  }
  return found;
}

/** Where the words first stand outside of comments and strings. */
function placeOf(feature: Feature, text: string): Span {
  const lexer = new Lexer(text);
  const words = new RegExp(feature.words.source, 'iy');
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment' || lexer.kind === 'string' || lexer.kind === 'dollar string') continue;
    words.lastIndex = lexer.start;
    const match = words.exec(text);
    if (match !== null) return { start: match.index, end: match.index + match[0].length };
  }
  return { start: 0, end: text.length };
}
