import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromPanel } from '../../src/protocol/panel';
import type { PanelAction } from '../logic/panel-state';

/** What any part of the panel may do. */
export interface Actions {
  readonly dispatch: (action: PanelAction) => void;
  readonly post: (message: FromPanel) => void;
  /** Says something to a screen reader, politely. */
  readonly announce: (text: string) => void;
}

export const ActionsContext = createContext<Actions>({ dispatch: () => {}, post: () => {}, announce: () => {} });

export function useActions(): Actions {
  return useContext(ActionsContext);
}
