import type { VNode } from 'preact';
import type { Verdict } from '../../src/model/fault';
import { type Tone, verdictWords } from '../../src/model/words';
import type { CellView } from '../logic/cells';

/**
 * The glyphs of `src/model/words.ts`, drawn: fonts differ in which of them they have, and in their size. On a field of 12 by 12; `stroke`
 * is drawn as a line, `fill` as a surface.
 */
interface Drawing {
  readonly stroke?: string;
  readonly fill?: string;
}

const circle = 'M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8z';

const verdictDrawings: Readonly<Record<Verdict, Drawing>> = {
  'rolled-back': { stroke: 'M2.2 6.4l2.6 2.7l5-6' },
  complete: { fill: circle },
  unrecorded: { stroke: circle, fill: 'M6 2a4 4 0 0 0 0 8z' },
  resumable: { stroke: 'M9.6 4.2A4 4 0 1 0 10 6.4M9.9 1.6v2.8h-2.8' },
  blocked: { stroke: 'M2 2h8v8h-8z', fill: 'M4.4 4.4h3.2v3.2h-3.2z' },
  broken: { stroke: 'M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4' },
  'false-success': { stroke: 'M2.2 4.4h7.6M2.2 7.6h7.6M8.2 1.8l-4.4 8.4' },
  'applied-twice': { stroke: 'M3.4 4.2a2.6 2.3 0 1 1 4.6 1.5L3.3 10h5.6' },
  'data-lost': { stroke: 'M4.2 2.4h6.2v7.2h-6.2l-3-3.6zM5.4 4.4l3.2 3.2M8.6 4.4l-3.2 3.2' },
  stuck: { stroke: `${circle}M3.2 8.8l5.6-5.6` },
};

const otherDrawings: Readonly<Record<'impossible' | 'failed' | 'pending', Drawing>> = {
  impossible: { fill: 'M6 4.9a1.1 1.1 0 1 1 0 2.2a1.1 1.1 0 1 1 0-2.2z' },
  failed: { stroke: 'M3.9 4.2a2.1 2 0 1 1 3.1 1.8q-1 .6-1 1.6', fill: 'M6 8.9a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z' },
  pending: {},
};

function Drawn({ drawing }: { readonly drawing: Drawing }): VNode {
  return (
    <svg class="glyph" viewBox="0 0 12 12" aria-hidden="true">
      {drawing.stroke !== undefined && <path class="glyph-line" d={drawing.stroke} />}
      {drawing.fill !== undefined && <path class="glyph-fill" d={drawing.fill} />}
    </svg>
  );
}

export function VerdictGlyph({ verdict }: { readonly verdict: Verdict }): VNode {
  return <Drawn drawing={verdictDrawings[verdict]} />;
}

export function ViewGlyph({ view }: { readonly view: Pick<CellView, 'kind'> & { readonly verdict?: Verdict } }): VNode {
  if (view.kind === 'done' && view.verdict !== undefined) return <VerdictGlyph verdict={view.verdict} />;
  return <Drawn drawing={view.kind === 'done' ? otherDrawings.pending : otherDrawings[view.kind]} />;
}

/** The class that gives a verdict its colour. */
export function toneClass(tone: Tone): string {
  return `tone-${tone}`;
}

export function viewTone(view: CellView): string {
  return view.kind === 'done' ? toneClass(verdictWords[view.verdict].tone) : toneClass('quiet');
}
