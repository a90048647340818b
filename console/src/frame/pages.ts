/** The pages of the rail, in its order. A page appears with its capability. */
import { APPROVAL_ACTIONS } from '#api/approvals.ts';
import { ChartNoAxesColumn, Flag, Handshake, HeartPulse, Inbox, KeyRound, LockKeyhole, type LucideIcon, Scale, ScanEye, ScrollText, Search, Settings, ShieldCheck, UserRoundX, Waypoints } from 'lucide-react';

export interface RailPage {
  readonly path: '/search' | '/services' | '/map' | '/findings' | '/integrity' | '/exposure' | '/policy' | '/access' | '/audit' | '/approvals' | '/keys' | '/forget' | '/ingest' | '/health' | '/settings';
  readonly label: string;
  readonly shape: LucideIcon;
  /** `g` and this key go there. */
  readonly key: string;
  /** What somebody finds there, for the palette. */
  readonly about: string;
  /** One of these actions makes the page useful; none: it is for everybody. */
  readonly needs: readonly string[];
  /** Whether what it shows is of the time range in the bar. */
  readonly ranged: boolean;
  /** Addresses that belong to the page without beginning like it. */
  readonly also?: readonly string[];
}

export const PAGES: readonly RailPage[] = [
  { path: '/search', label: 'Search', shape: Search, key: '1', about: 'Find traces by service, attribute, duration, errors', needs: ['trace.search', 'trace.read', 'trace.outline'], ranged: true, also: ['/traces', '/compare'] },
  { path: '/services', label: 'Services', shape: ChartNoAxesColumn, key: '2', about: 'Rate, errors and duration per service', needs: ['figures.read'], ranged: true },
  { path: '/map', label: 'Map', shape: Waypoints, key: '3', about: 'Who calls whom', needs: ['dependency.read'], ranged: true },
  { path: '/findings', label: 'Findings', shape: Flag, key: '4', about: 'What verification, witnesses and the checks at the door found', needs: ['finding.read'], ranged: true },
  { path: '/integrity', label: 'Integrity', shape: ShieldCheck, key: '5', about: 'The log: its growth, checkpoints, witnesses, verification', needs: ['integrity.read'], ranged: false },
  { path: '/exposure', label: 'Exposure', shape: ScanEye, key: '6', about: 'Which services send what is sensitive, where, since when', needs: ['exposure.read'], ranged: true },
  { path: '/policy', label: 'Policy', shape: Scale, key: '7', about: 'What becomes of values before they are stored: rules, dry run, history', needs: ['policy.read'], ranged: false },
  { path: '/access', label: 'Access', shape: KeyRound, key: 'a', about: 'Who may do what: roles, own policies, and because of which policy', needs: ['access.read', 'glass.break'], ranged: false },
  { path: '/audit', label: 'Audit', shape: ScrollText, key: 'u', about: 'Who read, changed and was refused what', needs: ['audit.read'], ranged: false },
  { path: '/approvals', label: 'Approvals', shape: Handshake, key: 'v', about: 'What waits for a second person: approve, decline, use', needs: APPROVAL_ACTIONS, ranged: false },
  { path: '/keys', label: 'Keys', shape: LockKeyhole, key: 'K', about: 'The keys that seal fields: versions, rotate, rewrap, retire', needs: ['key.list'], ranged: false },
  { path: '/forget', label: 'Forget a person', shape: UserRoundX, key: 'P', about: 'Find what is sealed for somebody, destroy its keys, give it to them', needs: ['subject.find'], ranged: false },
  { path: '/ingest', label: 'Ingest', shape: Inbox, key: '8', about: 'What arrived, what was refused and why; connect a service', needs: ['accounting.read', 'producer.list'], ranged: true },
  { path: '/health', label: 'Health', shape: HeartPulse, key: '9', about: 'How this server is doing', needs: ['server.read'], ranged: true },
  { path: '/settings', label: 'Settings', shape: Settings, key: '0', about: 'Your account and second factor, people, groups, API tokens', needs: [], ranged: false },
];

/** Where somebody begins who may do this; the first that fits. Nobody begins at a refusal. */
const BEGINNINGS: readonly (readonly [action: string, path: RailPage['path']])[] = [
  ['trace.search', '/search'],
  ['audit.read', '/audit'],
  ['metrics.read', '/health'],
  ['key.list', '/keys'],
  ['producer.list', '/ingest'],
  ['finding.read', '/findings'],
  ['integrity.read', '/integrity'],
];

/** What the navigation offers; the server decides again about each answer. */
export function pagesFor(mayDo: readonly string[]): readonly RailPage[] {
  return PAGES.filter((page) => isFor(page, mayDo));
}

export function isFor({ needs }: RailPage, mayDo: readonly string[]): boolean {
  return needs.length === 0 || needs.some((action) => mayDo.includes(action));
}

export function firstPage(mayDo: readonly string[]): RailPage['path'] {
  return BEGINNINGS.find(([action]) => mayDo.includes(action))?.[1] ?? '/settings';
}

/** The page that an address belongs to. */
export function pageAt(pathname: string): RailPage | undefined {
  return PAGES.find(({ path, also = [] }) => [path, ...also].some((start) => pathname === start || pathname.startsWith(`${start}/`)));
}
