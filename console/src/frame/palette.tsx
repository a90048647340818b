/** The command palette: pages, services, a trace by its id, and what can be done from anywhere. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Autocomplete, Dialog as AriaDialog, Input, Menu, MenuItem, Modal, ModalOverlay, SearchField } from 'react-aria-components';
import { get } from '#api/client.ts';
import { useMay, useSession } from '#api/session.ts';
import { keepRange } from './keep-range.ts';
import { pagesFor } from './pages.ts';
import styles from './palette.module.css';
import { setTheme } from './theme.ts';

interface Command {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly about?: string;
  readonly act: () => void;
}

/** More would not be read; typing narrows. */
const SHOWN_MAX = 12;

export function Palette({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const commands = useCommands(text.trim(), isOpen);
  const close = (): void => {
    setText('');
    onClose();
  };
  return (
    <ModalOverlay isOpen={isOpen} isDismissable onOpenChange={(open) => (open ? undefined : close())} className={styles['veil'] ?? ''}>
      <Modal className={styles['modal'] ?? ''}>
        <AriaDialog aria-label="Go anywhere" className={styles['dialog'] ?? ''}>
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField aria-label="Trace id, service, page or action" autoFocus className={styles['field'] ?? ''}>
              <Input placeholder="Trace id, service, page or action" className={styles['input'] ?? ''} />
            </SearchField>
            <Menu
              aria-label="Results"
              className={styles['results'] ?? ''}
              items={commands}
              renderEmptyState={() => <p className={styles['empty']}>Nothing is called that. A trace id has 32 characters, 0 to 9 and a to f.</p>}
              onAction={(key) => {
                close();
                commands.find(({ id }) => id === key)?.act();
              }}
            >
              {({ id, kind, label, about }) => (
                <MenuItem id={id} textValue={label} className={styles['result'] ?? ''}>
                  <span className={styles['kind']}>{kind}</span>
                  <span className={styles['label']}>{label}</span>
                  {about === undefined ? null : <span className={styles['about']}>{about}</span>}
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function useCommands(text: string, isOpen: boolean): readonly Command[] {
  const navigate = useNavigate();
  const session = useSession();
  const [mayEdit, mayPolicy, mayFind, maySearch] = [useMay('policy.write'), useMay('policy.read'), useMay('service.list'), useMay('trace.search')];
  const services = useQuery({
    queryKey: ['services'],
    queryFn: async ({ signal }) => (await get<{ services: readonly string[] }>('/api/v1/services', {}, signal)).services,
    enabled: isOpen && mayFind,
    staleTime: 30_000,
  });
  const wanted = text.toLowerCase();
  const commands: Command[] = [];
  if (/^[0-9a-f]{32}$/.test(wanted)) commands.push({ id: `trace ${wanted}`, kind: 'Trace', label: wanted, act: () => void navigate({ to: '/traces/$id', params: { id: wanted } }) });
  for (const { path, label, about } of pagesFor(session?.mayDo ?? [])) commands.push({ id: path, kind: 'Page', label, about, act: () => void navigate({ to: path, search: keepRange }) });
  for (const name of services.data ?? []) {
    commands.push({ id: `service ${name}`, kind: 'Service', label: name, act: () => void navigate({ to: '/services/$service', params: { service: name }, search: keepRange }) });
    if (maySearch) commands.push({ id: `traces of ${name}`, kind: 'Traces', label: name, about: 'Search its traces', act: () => void navigate({ to: '/search', search: (before: Record<string, unknown>) => ({ ...keepRange(before), service: name }) }) });
  }
  if (mayEdit) commands.push({ id: 'edit policy', kind: 'Do', label: 'Edit the policy', about: 'Rules, with completion and a dry run', act: () => void navigate({ to: '/policy/edit', search: {} }) });
  if (mayPolicy) commands.push({ id: 'policy history', kind: 'Page', label: 'History of the policy', about: 'Who changed what, and when', act: () => void navigate({ to: '/policy/history', search: {} }) });
  commands.push(
    { id: 'theme light', kind: 'Theme', label: 'Light theme', act: () => setTheme('light') },
    { id: 'theme dark', kind: 'Theme', label: 'Dark theme', act: () => setTheme('dark') },
    { id: 'theme system', kind: 'Theme', label: 'Theme of the system', act: () => setTheme('system') },
    { id: 'copy', kind: 'Do', label: 'Copy the link to this page', act: () => void navigator.clipboard.writeText(location.href) },
  );
  return commands.filter(({ kind, label }) => `${kind} ${label}`.toLowerCase().includes(wanted)).slice(0, SHOWN_MAX);
}
