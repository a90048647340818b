/** What the engine holds, by table, class and day, from the figures of its parts: no row is read. */
import { DATABASE, type Engine } from '#clickhouse';

export interface TableFigures {
  readonly table: string;
  /** Both '' for tables that are not kept by class and day. */
  readonly retention: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
}

export async function readTables(engine: Pick<Engine, 'command'>): Promise<TableFigures[]> {
  const text = await engine.command(`SELECT table, replaceAll(replaceAll(partition, '\\'', ''), ' ', ''), count(), sum(rows), sum(bytes_on_disk)
    FROM system.parts WHERE database = '${DATABASE}' AND active GROUP BY table, partition`);
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [table = '', partition = '', parts = '', rows = '', bytes = ''] = line.split('\t');
    const [, day = '', retention = ''] = /^\(([0-9-]{10}),([^,()]{1,200})\)$/.exec(partition) ?? [];
    return { table, retention, day, parts: Number(parts), rows: Number(rows), bytes: Number(bytes) };
  });
}
