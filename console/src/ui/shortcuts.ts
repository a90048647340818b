/**
 * Single-key shortcuts. A page says which keys do what; the help lists all that are active. Keys typed into a field, held with
 * a modifier, or pressed while a dialog is open belong to others.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** `KeyboardEvent.key` of the plain key, such as `j`, `/` or `ArrowDown`; or `ctrl+k`, which also means ⌘-K. */
  readonly keys: string;
  readonly does: string;
  /** Otherwise the key goes to whatever has the focus. */
  readonly when?: () => boolean;
  readonly act: () => void;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const groups = new Set<{ current: ShortcutGroup }>();
const listeners = new Set<() => void>();
let snapshot: readonly ShortcutGroup[] = [];

function changed(): void {
  snapshot = [...groups].map(({ current }) => current);
  for (const listener of listeners) listener();
}

/** Active while the component is on the page. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const group = useRef<ShortcutGroup>({ title, shortcuts });
  group.current = { title, shortcuts };
  useEffect(() => {
    groups.add(group);
    changed();
    return () => {
      groups.delete(group);
      changed();
    };
  }, []);
}

/** The groups that are active, for the help. */
export function useActiveShortcuts(): readonly ShortcutGroup[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}

/** Listens for all of them; returns the function that stops. */
export function listenForShortcuts(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey) return;
    const held = event.ctrlKey || event.metaKey;
    // What is typed into a shadow root comes from its host, as the document sees it.
    if (!held && isTyping(event.composedPath()[0])) return;
    if (!held && document.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
    const keys = held ? `ctrl+${event.key.toLowerCase()}` : event.key;
    // The group that came last is the innermost: a page before the frame.
    for (const { current } of [...groups].reverse()) {
      const found = current.shortcuts.find((one) => one.keys === keys && one.when?.() !== false);
      if (found === undefined) continue;
      event.preventDefault();
      found.act();
      return;
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function isTyping(target: EventTarget | null | undefined): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
