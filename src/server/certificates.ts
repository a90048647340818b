/** The certificate of the listeners, where they speak TLS; what becomes of it is told. */
import type { TlsSettings } from '#config';
import type { ReportFinding } from '#findings';
import type { Meter } from '#meter';
import { Tls, type TlsProblem } from '#tls';
import type { Report } from './failure-text.ts';

const TLS_TITLES: Readonly<Record<TlsProblem, string>> = { unusable: 'The new certificate of the server cannot be used', ending: 'The certificate of the server ends soon', version: 'An older version of TLS is spoken' };

/** Opens certificate and key; what becomes of them later is told, by files and dates. */
export function openTls(settings: TlsSettings, meter: Meter, tell: ReportFinding, report: Report): Tls {
  return Tls.open(settings, {
    connected: (listener, { version, group }) => meter.connected(listener, version, group),
    failed: (listener, reason) => meter.handshakeFailed(listener, reason),
    problem: (what, message, failure) => {
      if (failure !== null) report('cannot use the changed certificate', failure);
      tell({ tenant: null, analytic: { uid: 'tls.certificate', name: 'TLS of the server', type_id: 1 }, subject: what, severity_id: what === 'unusable' ? 4 : 3, title: TLS_TITLES[what], message, evidences: [], resources: [] });
    },
  });
}
