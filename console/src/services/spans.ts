/** Which spans count, as the pages of services offer it. */
export const SPANS = [{ id: 'entry', label: 'Requests' }, { id: 'all', label: 'All spans' }] as const;
