/** The pages of the rail, in its order. A page appears with its capability. */
import { ChartNoAxesColumn, HeartPulse, Inbox, type LucideIcon, Search, Settings, Waypoints } from 'lucide-react';

export interface RailPage {
  readonly path: '/search' | '/services' | '/map' | '/ingest' | '/health' | '/settings';
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
  { path: '/ingest', label: 'Ingest', shape: Inbox, key: '4', about: 'What arrived, what was refused and why; connect a service' },
  { path: '/health', label: 'Health', shape: HeartPulse, key: '5', about: 'How this server is doing' },
  { path: '/settings', label: 'Settings', shape: Settings, key: '6', about: 'Your account, people, API tokens' },
];
