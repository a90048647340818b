/** The time range: presets, or two instants. It lives in the URL, so that a link shows the same to everybody. */
import { Clock } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Popover } from 'react-aria-components';
import { PRESETS } from '#time/range.ts';
import { useRange, useSetRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Field } from '#ui/field.tsx';
import styles from './range-picker.module.css';

export function RangePicker(): ReactNode {
  const { label, range, from_ms, to_ms } = useRange();
  const setRange = useSetRange();
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button look="quiet" aria-label={`Time range: ${label}`}>
        <Clock aria-hidden />
        <span className={styles['label']}>{label}</span>
      </Button>
      <Popover placement="bottom end" offset={4} className={styles['popover'] ?? ''}>
        <AriaDialog aria-label="Time range" className={styles['dialog'] ?? ''}>
          <ul className={styles['presets']}>
            {PRESETS.map((preset) => (
              <li key={preset.from}>
                <Button
                  look="quiet"
                  className={styles['preset'] ?? ''}
                  aria-pressed={range.to === undefined && range.from === preset.from}
                  onPress={() => {
                    setRange({ from: preset.from });
                    setOpen(false);
                  }}
                >
                  {preset.label}
                </Button>
              </li>
            ))}
          </ul>
          <Exact
            key={`${from_ms} ${to_ms}`}
            from_ms={from_ms}
            to_ms={to_ms}
            onSet={(from, to) => {
              setRange({ from, to });
              setOpen(false);
            }}
          />
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
}

function Exact({ from_ms, to_ms, onSet }: { readonly from_ms: number; readonly to_ms: number; readonly onSet: (from: string, to: string) => void }): ReactNode {
  const [from, setFrom] = useState(localText(from_ms));
  const [to, setTo] = useState(localText(to_ms));
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const ends = [Date.parse(from), Date.parse(to)] as const;
    if (ends.some(Number.isNaN)) return setError('Write a date and a time, such as 2026-03-01 14:30.');
    if (ends[0] >= ends[1]) return setError('The start lies after the end.');
    onSet(new Date(ends[0]).toISOString(), new Date(ends[1]).toISOString());
  };
  return (
    <form className={styles['exact']} onSubmit={submit}>
      <Field label="From" value={from} onChange={setFrom} />
      <Field label="To" value={to} onChange={setTo} error={error} note="Your local time; links keep the exact instants." />
      <Button type="submit" look="primary">
        Show this range
      </Button>
    </form>
  );
}

/** `2026-03-01 14:30:00` in local time, which `Date.parse` reads back. */
function localText(unix_ms: number): string {
  const date = new Date(unix_ms - new Date(unix_ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
