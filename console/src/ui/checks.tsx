/** Several of a few, each with a word of what it is. */
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, FieldError, Label } from 'react-aria-components';
import styles from './checks.module.css';

export interface ChecksProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly label: string; readonly note: string }[];
  readonly values: readonly Id[];
  readonly onChange: (values: readonly Id[]) => void;
  readonly error?: string | undefined;
}

export function Checks<Id extends string>({ label, options, values, onChange, error }: ChecksProps<Id>): ReactNode {
  return (
    <CheckboxGroup className={styles['group'] ?? ''} value={[...values]} onChange={(ids) => onChange(options.map(({ id }) => id).filter((id) => ids.includes(id)))} isInvalid={error !== undefined}>
      <Label className={styles['label'] ?? ''}>{label}</Label>
      {options.map((option) => (
        <Checkbox key={option.id} value={option.id} className={styles['check'] ?? ''}>
          {({ isSelected }) => (
            <>
              <span aria-hidden className={styles['box']}>
                {isSelected ? <Check size={12} strokeWidth={3} /> : null}
              </span>
              <span className={styles['words']}>
                {option.label} <span className={styles['note']}>{option.note}</span>
              </span>
            </>
          )}
        </Checkbox>
      ))}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </CheckboxGroup>
  );
}
