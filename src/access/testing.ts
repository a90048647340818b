/** A reader to begin with, for tests. */
import { DEFAULT_TENANT, type Reader } from '#model';

export const READER: Reader = { id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: [], groups: [], scopes: null };
