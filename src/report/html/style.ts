import type { CellResult, SimulationReport } from '../../model/simulation';
import { anchorOf } from './anchors';

/** Colours are the panel's; the glyphs carry the verdict where colours can't be told apart. */
export const reportStyle = `
:root{--bg:#fff;--fg:#333;--dim:#666;--line:#e3e3e3;--panel:#f8f8f8;--focus:#005fb8;--chip:#ededed;--code:#f3f3f3;--on:#fff;
--good:#1a7f37;--neutral:#0a5ca8;--caution:#8a5a00;--bad:#b3261e;--deceptive:#7c3aa8;--quiet:#6b6b6b}
@media (prefers-color-scheme:dark){:root{--bg:#1f1f1f;--fg:#ccc;--dim:#9d9d9d;--line:#333;--panel:#181818;--focus:#4daafc;--chip:#313131;--code:#282829;--on:#1f1f1f;
--good:#4ec97b;--neutral:#4daafc;--caution:#e2a33c;--bad:#f2716b;--deceptive:#c586f0;--quiet:#9d9d9d}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.5 system-ui,"Segoe UI",sans-serif}
main{max-width:1280px;margin:0 auto;padding:24px 20px 40px}
h1{font-size:20px;font-weight:600;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:15px;font-weight:600;margin:0}
h3{font-size:11px;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);font-weight:600;margin:0 0 8px}
code,pre{font:12px/1.5 "Cascadia Code","JetBrains Mono",Consolas,"DejaVu Sans Mono",monospace}
.dim,small,caption,footer{color:var(--dim)}.chips{margin:0}.chip{background:var(--chip);border-radius:9px;padding:1px 9px;font-size:12px;white-space:nowrap}
.migration{margin-bottom:40px}.migration+.migration{border-top:1px solid var(--line);padding-top:28px}
.headline{font-size:16px;margin:14px 0 8px}.counts{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 14px;padding-bottom:14px;border-bottom:1px solid var(--line)}
.scroll{overflow:auto;max-height:85vh;margin-bottom:8px}.matrix{border-collapse:collapse;width:100%}caption{caption-side:bottom;text-align:left;font-size:12px;padding-top:6px}
.matrix thead tr>*{position:sticky;top:0;z-index:2;background:var(--bg);font-weight:500;font-size:12px;line-height:1.25;color:var(--fg);padding:2px 6px 6px;vertical-align:bottom}.matrix thead tr+tr>*{top:22px}.matrix thead tr>:first-child{text-align:left;padding-left:0;color:var(--dim);z-index:3}
.matrix .groups>*{font-weight:400;color:var(--dim);height:22px;padding:0 6px;white-space:nowrap}.matrix small{display:block;font-weight:400;font-size:10px;white-space:nowrap}.inside{border-left:1px solid var(--line)}
.matrix tbody tr>*{border-top:1px solid var(--line);padding:4px 6px;text-align:center}.matrix tr>:first-child{position:sticky;left:0;background:var(--bg)}.matrix tbody th{font-weight:400;text-align:left;padding-left:0;width:60%;max-width:0;min-width:200px;z-index:1}.matrix tbody td{background:var(--bg)}
.row{padding:3px 0 3px 12px;border-left:2px solid transparent}.together{border-left-color:var(--dim)}.alone{border-left:2px dashed var(--caution)}
.text{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.facts{display:flex;gap:8px;align-items:center;color:var(--dim);font-size:12px;white-space:nowrap;overflow:hidden}
.folded summary,.reasons summary,details summary{cursor:pointer;font-size:12px;color:var(--dim)}.folded .text{margin-top:4px}.reasons{margin:-8px 0 20px;font-size:12px}.reasons ul{list-style:none;margin:6px 0;padding:0;display:grid;gap:3px;max-width:110ch}
.load{margin-bottom:26px}.load>p{margin:0 0 8px;max-width:112ch}.small{font-size:12px}.chart{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0 12px;align-items:center;max-width:1080px}.lane{font-size:12px;color:var(--dim);max-width:26ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{position:relative;height:22px;border-bottom:1px solid var(--line)}.tall{height:28px}.axis{display:flex;justify-content:space-between;font-size:12px;color:var(--dim);padding-top:2px}.mark{position:absolute;top:4px;bottom:4px;min-width:4px;border-radius:2px;overflow:hidden;padding-left:3px;font:600 11px/14px "DejaVu Sans Mono",Consolas,monospace;color:var(--on)}.tall .mark{min-width:12px;line-height:20px;box-shadow:0 0 0 1px var(--bg)}.mark:focus-visible,.mark:hover{outline:2px solid var(--focus)}
.held{position:absolute;top:12px;bottom:12px;min-width:4px;border-radius:2px;opacity:.45}.wait{background:repeating-linear-gradient(135deg,var(--caution) 0 4px,color-mix(in srgb,var(--caution) 62%,transparent) 4px 8px)}.fails{min-width:42px;background:var(--bad)}.lasting{background:linear-gradient(to right,var(--bad) 42px,color-mix(in srgb,var(--bad) 40%,transparent) 42px)}.told{list-style:none;margin:8px 0;padding:0;font-size:13px}
.decision{border-collapse:collapse;font-size:12px;margin:6px 14px}.decision th,.decision td{text-align:left;font-weight:400;vertical-align:top;padding:1px 14px 1px 0}.decision th{color:var(--dim)}.checks{margin:0 14px 10px}.checks ul{list-style:none;margin:4px 0;padding:0;font-size:12px}.modes{list-style:none;margin:0 0 10px;padding:0;font-size:13px}
.facts>span{overflow:hidden;text-overflow:ellipsis}.bar{height:4px;border-radius:2px;flex:none}.glyphs{display:inline-flex;gap:3px}
.cell{display:inline-block;width:20px;height:22px;border-radius:3px;font:600 12px/22px "DejaVu Sans Mono",Consolas,monospace;text-align:center;text-decoration:none;color:var(--on)}
a.cell:hover,a.cell:focus-visible{outline:2px solid var(--focus);outline-offset:1px}.none{color:var(--dim);border:1px dashed var(--line);line-height:20px}.failed{color:var(--bad);border:1px solid var(--bad);line-height:20px}
${['good', 'neutral', 'caution', 'bad', 'deceptive', 'quiet'].map((tone) => `.fill-${tone}{background:var(--${tone})}.ink-${tone}{color:var(--${tone})}.edge-${tone} .story{border-left-color:var(--${tone})}`).join('')}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 20px;padding:0;font-size:12px;color:var(--dim)}.legend .cell{width:16px;height:16px;line-height:16px;font-size:10px}.legend b{font-weight:600;color:var(--fg)}
.state{display:none;scroll-margin-top:40vh}.state:target,:root:not(:has(.state:target)) .shown{display:block}
.story{background:var(--panel);border:1px solid var(--line);border-left:3px solid;border-radius:4px;padding:12px 16px;margin-bottom:18px}.story p{margin:6px 0}.story .cell{width:18px;height:18px;line-height:18px;font-size:11px}
.columns{display:grid;grid-template-columns:minmax(280px,5fr) minmax(320px,6fr);gap:24px}
.facts-table{width:100%;border-collapse:collapse;border:1px solid var(--line)}.facts-table tr>*{border-top:1px solid var(--line);padding:6px 10px;vertical-align:top;text-align:left;overflow-wrap:anywhere}.facts-table th{width:7.5em;font-weight:400;color:var(--dim);background:var(--panel)}
.differences{list-style:none;margin:0;padding:0;font-size:13px}.differences li+li{margin-top:4px}
.plan{border:1px solid var(--line);border-radius:4px;margin-bottom:12px}.plan header{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center;padding:8px 14px;border-bottom:1px solid var(--line)}.plan>p{margin:8px 14px 0}
.recommended{background:var(--good);color:var(--on);border-radius:9px;padding:0 9px;font-size:12px}ol{margin:0;padding:6px 14px 10px 34px}li{padding:2px 0}
pre{background:var(--code);border-radius:3px;padding:5px 9px;margin:4px 0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}footer{font-size:12px;border-top:1px solid var(--line);padding-top:12px}
@media (max-width:760px){.columns{grid-template-columns:1fr}main{padding:14px 12px}}
@media (forced-colors:active){.mark,.held,.bar{forced-color-adjust:none}.cell:not(.none),.chip,.recommended{border:1px solid}}
@media print{@page{size:landscape;margin:12mm}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.state.printed,.state.shown{display:block;margin-bottom:24px}.story,.plan{break-inside:avoid}.scroll{overflow:visible;max-height:none}.matrix thead tr>*,.matrix tr>:first-child{position:static}}
`;

/** Outlines the chosen cell in the matrix: one rule per article, since CSS can't compare an address with an id. */
export function selectionStyle(report: SimulationReport, shown: CellResult | undefined): string {
  const outline = '{outline:2px solid var(--focus);outline-offset:1px}';
  return report.simulations
    .flatMap((simulation, section) =>
      simulation.cells
        .filter((cell) => cell.status === 'done' && cell.sameAs === undefined)
        .map((cell) => {
          const anchor = anchorOf(simulation, cell, section);
          const first = cell === shown ? `:root:not(:has(.state:target)) a[href="#${anchor}"],` : '';
          return `${first}:root:has(#${anchor}:target) a[href="#${anchor}"]${outline}`;
        }),
    )
    .join('\n');
}
