/** Text fields, with label, explanation and error where assistive technology finds them. */
import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from 'react-aria-components';
import styles from './field.module.css';

export interface FieldProps extends TextFieldProps {
  readonly label: string;
  /** One sentence under the field. */
  readonly note?: ReactNode;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  /** Several lines. */
  readonly rows?: number;
  /** The label is read aloud only. */
  readonly bare?: boolean;
}

export function Field({ label, note, error, placeholder = '', rows, bare = false, ...rest }: FieldProps): ReactNode {
  return (
    // The server is who validates: with native validation a field it refused would keep the form from being sent again.
    <TextField {...rest} validationBehavior="aria" isInvalid={error !== undefined} className={styles['field'] ?? ''}>
      <Label className={bare ? 'visually-hidden' : (styles['label'] ?? '')}>{label}</Label>
      {rows === undefined ? <Input className={styles['input'] ?? ''} placeholder={placeholder} /> : <TextArea className={styles['input'] ?? ''} rows={rows} placeholder={placeholder} />}
      {note === undefined ? null : (
        <Text slot="description" className={styles['note'] ?? ''}>
          {note}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </TextField>
  );
}
