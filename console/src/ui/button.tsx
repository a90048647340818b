/** Buttons: `primary` for the one next step of a page, `danger` for what cannot be undone, `quiet` inside rows and bars. */
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps, composeRenderProps } from 'react-aria-components';
import styles from './button.module.css';
import { Hint } from './hint.tsx';

export interface ButtonProps extends AriaButtonProps {
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly size?: 'usual' | 'small';
}

/**
 * A pending button keeps the focus and does nothing when pressed, nor sends its form. The library's own pending state announces itself by the button's id for seconds, also when
 * the button is gone by then, and what is left is an image without a name.
 */
export function Button({ look = 'plain', size = 'usual', className, isPending = false, onPress, ...rest }: ButtonProps): ReactNode {
  return <AriaButton {...rest} {...(isPending ? { type: 'button' } : {})} {...(onPress === undefined || isPending ? {} : { onPress })} data-pending={isPending || undefined} data-look={look} data-size={size} className={composeRenderProps(className, (given) => [styles['button'], given].filter(Boolean).join(' '))} />;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  /** What it does: read aloud, and shown on hover and focus. */
  readonly label: string;
  /** The key that does the same. */
  readonly keys?: string;
  readonly children: ReactNode;
}

export function IconButton({ label, keys, children, look = 'quiet', ...rest }: IconButtonProps): ReactNode {
  return (
    <Hint text={label} keys={keys}>
      <Button {...rest} look={look} aria-label={label} className={styles['icon'] ?? ''}>
        {children}
      </Button>
    </Hint>
  );
}
