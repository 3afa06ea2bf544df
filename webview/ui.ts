/**
 * The panel's controls, and the only file that knows where they come from: `@vscode/webview-ui-toolkit`, which is archived upstream
 * and therefore pinned. To replace it, write these few components anew.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { type ComponentChildren, h, type VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Defines the custom elements; once, before the first render. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField(), vsCodeProgressRing());
}

/** A custom element: its attributes are its own, and the compiler knows nothing of them. */
function control(tag: string, attributes: Readonly<Record<string, unknown>>, children?: ComponentChildren): VNode {
  return h(tag, attributes, children);
}

interface ButtonProps {
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** For a button whose text alone does not say what it acts on. */
  readonly label?: string;
  readonly expanded?: boolean;
  readonly onPress: () => void;
  readonly children: ComponentChildren;
}

export function Button({ primary = false, disabled = false, label, expanded, onPress, children }: ButtonProps): VNode {
  const attributes = {
    appearance: primary ? 'primary' : 'secondary',
    disabled,
    'aria-label': label,
    'aria-expanded': expanded === undefined ? undefined : String(expanded),
    onClick: () => {
      if (!disabled) onPress();
    },
  };
  return control('vscode-button', attributes, children);
}

interface Option<Value extends string | number> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
}

interface DropdownProps<Value extends string | number> {
  readonly id: string;
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
}

/** A choice among a few. The label is a text beside it: write it with `<label id={`${id}-label`}>`. */
export function Dropdown<Value extends string | number>({ id, label, value, options, onChange }: DropdownProps<Value>): VNode {
  const element = useRef<HTMLElement & { value: string }>(null);
  useLayoutEffect(() => {
    // The element knows its options only after its own first update; a value set before is forgotten.
    const frame = requestAnimationFrame(() => {
      if (element.current !== null) element.current.value = String(value);
    });
    return () => cancelAnimationFrame(frame);
  }, [value, options.map((option) => option.value).join()]);
  const changed = () => {
    const chosen = options.find((option) => String(option.value) === element.current?.value);
    if (chosen !== undefined && chosen.value !== value) onChange(chosen.value);
  };
  return control(
    'vscode-dropdown',
    { id, ref: element, 'aria-label': label, onChange: changed },
    options.map((option) =>
      control(
        'vscode-option',
        { key: option.value, value: String(option.value), disabled: option.disabled === true, selected: option.value === value },
        option.label,
      ),
    ),
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly describedBy?: string;
  readonly placeholder?: string;
  readonly onInput: (value: string) => void;
}

export function TextField({ id, label, value, invalid, describedBy, placeholder, onInput }: TextFieldProps): VNode {
  const attributes = {
    id,
    value,
    size: 10,
    placeholder,
    'aria-label': label,
    'aria-invalid': String(invalid),
    'aria-describedby': describedBy,
    onInput: (event: Event) => {
      if (event.currentTarget instanceof HTMLElement && 'value' in event.currentTarget) onInput(String(event.currentTarget.value));
    },
  };
  return control('vscode-text-field', attributes);
}

/** Turns while something is going on; the words beside it say what. */
export function Spinner(): VNode {
  return control('vscode-progress-ring', { 'aria-hidden': 'true' });
}
