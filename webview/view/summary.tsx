import type { VNode } from 'preact';
import { verdictWords } from '../../src/model/words';
import { countCells } from '../logic/counts';
import { headlineOf } from '../logic/headline';
import { formatDuration, plural } from '../logic/numbers';
import type { Run } from '../logic/panel-state';
import { toneClass, VerdictGlyph, ViewGlyph } from './glyph';

/** The answer in one sentence, then how often each verdict occurs. */
export function Summary({ run, finished }: { readonly run: Run; readonly finished: boolean }): VNode {
  const counts = countCells(run);
  const headline = finished ? headlineOf(run) : undefined;
  const duration = run.simulation?.summary.durationMs;
  return (
    <section class="summary" aria-label="Result">
      {headline !== undefined && (
        <p class="headline">
          {headline.risk} <b>{headline.wayOut}</b>
        </p>
      )}
      <ul class="counts">
        {duration !== undefined && (
          <li>
            <b>{plural(run.cells.length, 'cell')}</b> in {formatDuration(duration)}
          </li>
        )}
        {counts.verdicts.map(({ verdict, count }) => (
          <li key={verdict} class={toneClass(verdictWords[verdict].tone)} title={verdictWords[verdict].meaning}>
            <VerdictGlyph verdict={verdict} />
            {count} {verdictWords[verdict].label}
          </li>
        ))}
        {counts.failed > 0 && (
          <li class="tone-caution">
            <ViewGlyph view={{ kind: 'failed' }} />
            {counts.failed} not carried out
          </li>
        )}
        {counts.impossible > 0 && (
          <li class="quiet">
            <ViewGlyph view={{ kind: 'impossible' }} />
            {counts.impossible} impossible here
          </li>
        )}
      </ul>
    </section>
  );
}
