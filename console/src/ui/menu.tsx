/** A menu behind a button. */
import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly shape?: ReactNode;
  readonly danger?: boolean;
  readonly act: () => void;
}

export function Menu({ trigger, entries, label }: { readonly trigger: ReactNode; readonly entries: readonly MenuEntry[]; readonly label: string }): ReactNode {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles['popover'] ?? ''} offset={4} placement="bottom end">
        <AriaMenu aria-label={label} className={styles['menu'] ?? ''} onAction={(key) => entries.find(({ id }) => id === key)?.act()}>
          {entries.map(({ id, label: text, shape, danger = false }) => (
            <MenuItem key={id} id={id} textValue={text} className={styles['item'] ?? ''} data-danger={danger || undefined}>
              {shape}
              {text}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
