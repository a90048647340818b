/** A large map in small, with what of it is seen; a press moves there. For the eye: by keyboard one goes from service to service. */
import type { PointerEvent, ReactNode } from 'react';
import { NODE_HEIGHT, NODE_WIDTH, type Placed, type Point } from './layout.ts';
import type { MapModel } from './model.ts';
import styles from './picture.module.css';
import type { Size, View } from './viewport.ts';

export interface OverviewProps {
  readonly model: MapModel;
  readonly placed: Placed;
  readonly view: View;
  readonly size: Size;
  readonly onMove: (to: Point) => void;
}

const WIDTH_MAX = 150;
const HEIGHT_MAX = 110;

export function Overview({ model, placed, view, size, onMove }: OverviewProps): ReactNode {
  const seen = { width: size.width / view.scale, height: size.height / view.scale };
  if (seen.width >= placed.width && seen.height >= placed.height) return null;
  const scale = Math.min(WIDTH_MAX / placed.width, HEIGHT_MAX / placed.height);
  const moveTo = (event: PointerEvent<SVGSVGElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    onMove({ x: (event.clientX - left) / scale, y: (event.clientY - top) / scale });
  };
  return (
    <svg
      aria-hidden
      className={styles['overview']}
      width={placed.width * scale}
      height={placed.height * scale}
      viewBox={`0 0 ${placed.width} ${placed.height}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        moveTo(event);
      }}
      onPointerMove={(event) => (event.buttons === 0 ? undefined : moveTo(event))}
    >
      {model.nodes.map(({ name, health }) => {
        const { x, y } = placed.nodes.get(name) ?? { x: 0, y: 0 };
        return <rect key={name} data-health={health} x={x - NODE_WIDTH / 2} y={y - NODE_HEIGHT / 2} width={NODE_WIDTH} height={NODE_HEIGHT} />;
      })}
      <rect className={styles['seen']} x={view.x} y={view.y} width={seen.width} height={seen.height} />
    </svg>
  );
}
