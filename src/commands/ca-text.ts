/** What `tracekeep ca` says of a certificate: how it is, and what to do with its files. */
import { basename } from 'node:path';
import type { Files, IssuedRecord } from '#authority';

export function stateOf(one: IssuedRecord, current: readonly IssuedRecord[], revoked: ReadonlySet<string>, now: number): string {
  if (revoked.has(one.fingerprint)) return 'revoked';
  if (one.expires <= now) return 'ended';
  if (!current.some(({ serial }) => serial === one.serial)) return 'renewed';
  const days = Math.floor((one.expires - now) / 86_400_000);
  return one.expires - now < (one.expires - one.created) / 3 ? `ends in ${days} days: renew it` : 'valid';
}

/** Line by line. */
export function afterwards({ kind, name, id }: Pick<IssuedRecord, 'kind' | 'name' | 'id'>, { certificate, key }: Files, authority: string): readonly string[] {
  if (kind === 'server') {
    return ['in tracekeep.yaml:', `  tls-cert: ${certificate}`, `  tls-key: ${key}`, `and for producers that show certificates: tls-client-ca: ${authority}`, `exporters trust it by OTEL_EXPORTER_OTLP_CERTIFICATE=${authority}`];
  }
  if (kind === 'producer') {
    return [
      `say which producer it is: tracekeep producer change ${name} --spiffe ${id}   (or: producer add ${name} --service GLOB --spiffe ${id})`,
      'give both files to the exporter, with the certificate of the authority:',
      `  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=${certificate}`,
      `  OTEL_EXPORTER_OTLP_CLIENT_KEY=${key}`,
      `  OTEL_EXPORTER_OTLP_CERTIFICATE=${authority}`,
    ];
  }
  if (kind === 'witness') {
    return [`take both files to the witness and start it with --tls-cert ${basename(certificate)} --tls-key ${basename(key)}`, 'who asks it to cosign trusts it by the certificate of the authority, in tracekeep.yaml of the log:', `  witness-ca: ${authority}`];
  }
  return [`take both files to the ${kind}, with the certificate of the authority: ${authority}`];
}
