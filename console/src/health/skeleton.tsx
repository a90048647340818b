/** The page's panels while their first figures are on their way, in their final size. */
import type { ReactNode } from 'react';
import { Panel } from '#ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#ui/skeleton.tsx';
import styles from './health.module.css';

export function HealthSkeleton(): ReactNode {
  return (
    <div className={styles['figures']}>
      <Panel>
        <Skeleton height="68px" />
      </Panel>
      <div className={styles['pair']}>
        <Panel title="On its way">
          <SkeletonRows rows={3} height="54px" />
        </Panel>
        <Panel title="Disk">
          <SkeletonRows rows={3} height="54px" />
        </Panel>
      </div>
      <Panel title="How long it takes">
        <SkeletonRows rows={3} height="40px" />
      </Panel>
      <Panel title="How long traces stay">
        <SkeletonRows rows={2} height="40px" />
      </Panel>
    </div>
  );
}
