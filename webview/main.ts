import { h, render } from 'preact';
import type { ToPanel } from '../src/protocol/panel';
import { connectHost } from './host';
import { initialState, type PanelAction, reduce, toRemember } from './logic/panel-state';
import './styles/main.css';
import './styles/matrix.css';
import './styles/details.css';
import './styles/load.css';
import { registerControls } from './ui';
import { App } from './view/app';

const host = connectHost();
const root = document.getElementById('app') ?? document.body;
let state = initialState(host.remembered());
let remembered = '';
let scheduled = false;

function take(message: ToPanel | PanelAction): void {
  state = reduce(state, message);
  const worthKeeping = toRemember(state);
  const text = JSON.stringify(worthKeeping);
  if (text !== remembered) host.remember(worthKeeping);
  remembered = text;
  scheduleRender();
}

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
  render(h(App, { state, dispatch: take, post: host.post }), root);
}

registerControls();
host.onMessage(take);
draw();
host.post({ kind: 'ready' });
