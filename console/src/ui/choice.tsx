/** One of several: `Choice` opens a list, `Segments` shows two to five side by side. */
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './choice.module.css';

export interface Option<Id extends string> {
  readonly id: Id;
  readonly label: string;
}

export interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly options: readonly Option<Id>[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  /** The label is read aloud only. */
  readonly bare?: boolean;
}

export function Choice<Id extends string>({ label, options, value, onChange, bare = false }: ChoiceProps<Id>): ReactNode {
  return (
    <Select className={styles['choice'] ?? ''} value={value} onChange={(key) => pick(options, key, onChange)}>
      <Label className={bare ? 'visually-hidden' : (styles['label'] ?? '')}>{label}</Label>
      <Button className={styles['button'] ?? ''}>
        <SelectValue />
        <ChevronDown aria-hidden size={14} />
      </Button>
      <Popover className={styles['popover'] ?? ''} offset={4}>
        <ListBox className={styles['list'] ?? ''}>
          {options.map(({ id, label: text }) => (
            <ListBoxItem key={id} id={id} textValue={text} className={styles['option'] ?? ''}>
              {({ isSelected }) => (
                <>
                  <span className={styles['tick']}>{isSelected ? <Check aria-hidden size={14} /> : null}</span>
                  {text}
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

export function Segments<Id extends string>({ label, options, value, onChange }: ChoiceProps<Id>): ReactNode {
  return (
    <ToggleButtonGroup aria-label={label} className={styles['segments'] ?? ''} selectionMode="single" disallowEmptySelection selectedKeys={[value]} onSelectionChange={(keys) => pick(options, [...keys][0] ?? null, onChange)}>
      {options.map(({ id, label: text }) => (
        <ToggleButton key={id} id={id} className={styles['segment'] ?? ''}>
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function pick<Id extends string>(options: readonly Option<Id>[], key: unknown, onChange: (id: Id) => void): void {
  const found = options.find(({ id }) => id === key);
  if (found !== undefined) onChange(found.id);
}
