import { h, render } from 'preact';
import { connectHost } from './host';
import { initialState, type PanelAction, reduce, toRemember } from './logic/panel-state';
import './styles/main.css';
import './styles/matrix.css';
import './styles/details.css';
import { registerControls } from './ui';
import { App } from './view/app';

const host = connectHost();
const root = document.getElementById('app') ?? document.body;
let state = initialState(host.remembered());
let scheduled = false;

/** Results may come in faster than a screen shows them: one render per frame is enough. */
function scheduleRender(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

function draw(): void {
  render(h(App, { state, dispatch, post: host.post }), root);
}

function dispatch(action: PanelAction): void {
  state = reduce(state, action);
  host.remember(toRemember(state));
  scheduleRender();
}

registerControls();
host.onMessage((message) => {
  state = reduce(state, message);
  host.remember(toRemember(state));
  scheduleRender();
});
draw();
host.post({ kind: 'ready' });
