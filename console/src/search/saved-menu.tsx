/** Searches kept by name and those run lately, behind one button. They stay in this browser; a link is how others get them. */
import { useSearch } from '@tanstack/react-router';
import { Bookmark, Check, Pencil, Trash2 } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Popover } from 'react-aria-components';
import { Button, IconButton } from '#ui/button.tsx';
import { CopyButton } from '#ui/copy.tsx';
import { Field } from '#ui/field.tsx';
import { forget, type KeptSearch, lasting, rename, save, SAVED_MAX } from './kept.ts';
import styles from './saved-menu.module.css';
import { useKept } from './use-kept.ts';

export interface SavedMenuProps {
  /** The search as text: what it is called unless somebody says otherwise. */
  readonly query: string;
  readonly go: (address: KeptSearch['address']) => void;
}

export function SavedMenu({ query, go }: SavedMenuProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const open = (search: KeptSearch): void => {
    setOpen(false);
    go(search.address);
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button aria-label="Saved and recent searches">
        <Bookmark aria-hidden />
        <span className={styles['label']}>Saved</span>
      </Button>
      <Popover placement="bottom end" offset={4} className={styles['popover'] ?? ''}>
        <AriaDialog aria-label="Saved and recent searches" className={styles['dialog'] ?? ''}>
          <Inside query={query} onOpen={open} />
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
}

function Inside({ query, onOpen }: { readonly query: string; readonly onOpen: (search: KeptSearch) => void }): ReactNode {
  const [{ saved, recent }, update] = useKept();
  const address: Record<string, unknown> = useSearch({ strict: false });
  const [name, setName] = useState(query);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    update((kept) => save(kept, { name, address: lasting(address) }));
  };
  const full = saved.length >= SAVED_MAX;
  return (
    <>
      <form className={styles['form']} onSubmit={submit}>
        <Field label="Save this search as" value={name} onChange={setName} placeholder="Slow checkouts" maxLength={120} />
        <Button type="submit" look="primary" isDisabled={name.trim() === '' || full}>
          Save
        </Button>
        <CopyButton text={location.href} label="Copy the link to this search" />
      </form>
      {full ? <p className={styles['note']}>{SAVED_MAX} searches are saved. Delete one to save another.</p> : null}
      <h3 className={styles['title']}>Saved</h3>
      {saved.length === 0 ? <p className={styles['note']}>None yet. A saved search keeps its filters and how far back it looks.</p> : null}
      <ul>
        {saved.map((search) => (
          <Saved key={search.name} search={search} onOpen={onOpen} onRename={(to) => update((kept) => rename(kept, search.name, to))} onForget={() => update((kept) => forget(kept, search.name))} />
        ))}
      </ul>
      <h3 className={styles['title']}>Recent</h3>
      {recent.length === 0 ? <p className={styles['note']}>What you search for appears here.</p> : null}
      <ul>
        {recent.map((search) => (
          <li key={search.name} className={styles['item']}>
            <Button look="quiet" className={styles['open'] ?? ''} onPress={() => onOpen(search)}>
              <code>{search.name}</code>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface SavedProps {
  readonly search: KeptSearch;
  readonly onOpen: (search: KeptSearch) => void;
  readonly onRename: (to: string) => void;
  readonly onForget: () => void;
}

function Saved({ search, onOpen, onRename, onForget }: SavedProps): ReactNode {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft !== null) {
    return (
      <li>
        <form
          className={styles['item']}
          onSubmit={(event) => {
            event.preventDefault();
            onRename(draft);
            setDraft(null);
          }}
        >
          <Field label="New name" bare value={draft} onChange={setDraft} autoFocus />
          <IconButton type="submit" size="small" label="Rename">
            <Check aria-hidden />
          </IconButton>
        </form>
      </li>
    );
  }
  return (
    <li className={styles['item']}>
      <Button look="quiet" className={styles['open'] ?? ''} onPress={() => onOpen(search)}>
        <span>{search.name}</span>
      </Button>
      <IconButton size="small" label={`Rename ${search.name}`} onPress={() => setDraft(search.name)}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton size="small" label={`Delete ${search.name}`} onPress={onForget}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}
