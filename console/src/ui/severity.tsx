/** How grave a finding is, by shape and word as well as by colour. */
import { CircleAlert, Info, OctagonAlert, OctagonX, TriangleAlert } from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import styles from './severity.module.css';

type Shape = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;

/** By `severity_id` of OCSF. */
const SEVERITIES: readonly { readonly word: string; readonly shape: Shape }[] = [
  { word: 'Unknown', shape: Info },
  { word: 'Informational', shape: Info },
  { word: 'Low', shape: CircleAlert },
  { word: 'Medium', shape: TriangleAlert },
  { word: 'High', shape: OctagonAlert },
  { word: 'Critical', shape: OctagonX },
  { word: 'Fatal', shape: OctagonX },
];

export function Severity({ id }: { readonly id: number }): ReactNode {
  const { word, shape: Shape } = SEVERITIES[id] ?? SEVERITIES[0]!;
  return (
    <span className={styles['severity']} data-severity={id}>
      <Shape aria-hidden size={14} />
      {word}
    </span>
  );
}
