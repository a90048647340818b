/** While somebody of the tenant has a role by breaking the glass, everybody sees who, why and until when, on every page. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Siren } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { endGlass, type Glass, glassQuery } from '#api/glass.ts';
import { roleWord } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './frame.module.css';

export function GlassBanner(): ReactNode {
  const { data } = useQuery(glassQuery);
  const [ending, setEnding] = useState<Glass | null>(null);
  const client = useQueryClient();
  const now = Date.now();
  const broken = data?.glass.filter(({ until }) => until > now) ?? [];
  if (broken.length === 0) return null;
  return (
    <div className={styles['banners']} role="region" aria-label="Broken glass">
      {broken.map((glass) => (
        <div key={glass.id} role="alert" className={styles['banner']}>
          <Siren aria-hidden size={16} />
          <p>
            <strong>{glass.isOwn ? 'You have' : `${glass.name} has`} the role {roleWord(glass.role).toLowerCase()} by breaking the glass</strong> until <DayText unix_ms={glass.until} />: {glass.reason}
          </p>
          {glass.mayEnd ? <Button size="small" onPress={() => setEnding(glass)}>End now</Button> : null}
        </div>
      ))}
      {ending === null ? null : (
        <Confirm
          title="End it now"
          isOpen
          onClose={() => setEnding(null)}
          effect={<p>{ending.isOwn ? 'You have' : `${ending.name} has`} the role {roleWord(ending.role).toLowerCase()} no more, at once.</p>}
          verb="End now"
          act={async () => {
            await endGlass(ending.id);
            await Promise.all([client.invalidateQueries({ queryKey: ['glass'] }), client.invalidateQueries({ queryKey: ['session'] })]);
          }}
        />
      )}
    </div>
  );
}
