/** A code of the second factor, or a recovery code. Password managers and phones know it by its autocomplete. */
import type { ReactNode } from 'react';
import { Field } from './field.tsx';

export interface CodeFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
  /** A new app has no recovery codes yet. */
  readonly isFirst?: boolean;
  readonly autoFocus?: boolean;
  readonly isRequired?: boolean;
  readonly error?: string | undefined;
}

export function CodeField({ value, onChange, label = 'Code', isFirst = false, autoFocus = false, isRequired = true, error }: CodeFieldProps): ReactNode {
  return (
    <Field
      label={label}
      name="one-time-code"
      autoComplete="one-time-code"
      autoCorrect="off"
      spellCheck="false"
      inputMode={isFirst ? 'numeric' : 'text'}
      isRequired={isRequired}
      autoFocus={autoFocus}
      value={value}
      onChange={onChange}
      {...(error === undefined ? { note: isFirst ? 'The six digits that the app shows now.' : 'Six digits from your app, or a recovery code.' } : { error })}
    />
  );
}
