/** What a newcomer would not guess, until they put it away. */
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '#ui/button.tsx';
import { Keys } from '#ui/keys.tsx';
import styles from './page.module.css';

const KEY = 'tracekeep.search-hints';

export function FirstHints(): ReactNode {
  const [isAway, setAway] = useState(() => localStorage.getItem(KEY) === 'away');
  if (isAway) return null;
  return (
    <div className={styles['hints']}>
      <p>
        <Keys keys="/" /> searches, <Keys keys="j" /> and <Keys keys="k" /> walk the list, <Keys keys="?" /> shows all keys. Draw over the pictures to look closer; choose two traces to compare them.
      </p>
      <IconButton
        size="small"
        label="Put these hints away"
        onPress={() => {
          localStorage.setItem(KEY, 'away');
          setAway(true);
        }}
      >
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
