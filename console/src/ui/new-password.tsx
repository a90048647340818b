/** A new password: seen or hidden, made if wanted, with words about it that promise nothing. */
import { Dices, Eye, EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import styles from './new-password.module.css';
import { madePassword, passwordWords } from './password-words.ts';

export interface NewPasswordProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the server said. */
  readonly error?: string | undefined;
}

export function NewPassword({ label, value, onChange, error }: NewPasswordProps): ReactNode {
  const [seen, setSeen] = useState(false);
  const words = passwordWords(value);
  return (
    <div className={styles['password']}>
      <Field label={label} name="new-password" type={seen ? 'text' : 'password'} autoComplete="new-password" isRequired spellCheck="false" value={value} onChange={onChange} {...(error === undefined ? { note: words.text } : { error })} />
      <span aria-hidden className={styles['length']} data-good={(words.good && error === undefined) || undefined}>
        <span style={{ inlineSize: `${words.share * 100}%` }} />
      </span>
      <div className={styles['ways']}>
        <Button size="small" look="quiet" onPress={() => setSeen(!seen)}>
          {seen ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          {seen ? 'Hide it' : 'Show it'}
        </Button>
        <Button
          size="small"
          look="quiet"
          onPress={() => {
            onChange(madePassword());
            setSeen(true);
          }}
        >
          <Dices aria-hidden />
          Make one
        </Button>
      </div>
    </div>
  );
}
