/** The pages of the rail, in its order. A page appears with its capability. */
import { ChartNoAxesColumn, Flag, HeartPulse, Inbox, KeyRound, type LucideIcon, Scale, ScanEye, ScrollText, Search, Settings, ShieldCheck, Waypoints } from 'lucide-react';

export interface RailPage {
  readonly path: '/search' | '/services' | '/map' | '/findings' | '/integrity' | '/exposure' | '/policy' | '/access' | '/audit' | '/ingest' | '/health' | '/settings';
  readonly label: string;
  readonly shape: LucideIcon;
  /** `g` and this key go there. */
  readonly key: string;
  /** What somebody finds there, for the palette. */
  readonly about: string;
}

export const PAGES: readonly RailPage[] = [
  { path: '/search', label: 'Search', shape: Search, key: '1', about: 'Find traces by service, attribute, duration, errors' },
  { path: '/services', label: 'Services', shape: ChartNoAxesColumn, key: '2', about: 'Rate, errors and duration per service' },
  { path: '/map', label: 'Map', shape: Waypoints, key: '3', about: 'Who calls whom' },
  { path: '/findings', label: 'Findings', shape: Flag, key: '4', about: 'What verification, witnesses and the checks at the door found' },
  { path: '/integrity', label: 'Integrity', shape: ShieldCheck, key: '5', about: 'The log: its growth, checkpoints, witnesses, verification' },
  { path: '/exposure', label: 'Exposure', shape: ScanEye, key: '6', about: 'Which services send what is sensitive, where, since when' },
  { path: '/policy', label: 'Policy', shape: Scale, key: '7', about: 'What becomes of values before they are stored: rules, dry run, history' },
  { path: '/access', label: 'Access', shape: KeyRound, key: 'a', about: 'Who may do what: roles, own policies, and because of which policy' },
  { path: '/audit', label: 'Audit', shape: ScrollText, key: 'u', about: 'Who read, changed and was refused what' },
  { path: '/ingest', label: 'Ingest', shape: Inbox, key: '8', about: 'What arrived, what was refused and why; connect a service' },
  { path: '/health', label: 'Health', shape: HeartPulse, key: '9', about: 'How this server is doing' },
  { path: '/settings', label: 'Settings', shape: Settings, key: '0', about: 'Your account and second factor, people, groups, API tokens' },
];
