/** Requests. What a sender can cost before anything of a request is believed, and what a request may carry. */

import { KiB, MiB } from './bytes.ts';

export const REQUESTS = {
  // --- before anything is believed -------------------------------------------------------------------------------------
  /** Body as it arrives, compressed or not. OTLP 1.11 asks for a bound and names 64 MiB as default; ours is tighter before inflation. */
  body_wire_bytes_max: 16 * MiB,
  /** Body after decompression: OTLP 1.11, default 64 MiB. Over it: 413 / RESOURCE_EXHAUSTED, final. */
  body_inflated_bytes_max: 64 * MiB,
  /** Size of all request headers; Node refuses above it with 431. */
  headers_bytes_max: 16 * KiB,
  /** A sender must finish its headers in this time: idle half-open connections are the cheapest attack there is. */
  headers_ms_max: 5_000,
  /** A sender must finish its whole request in this time. */
  request_ms_max: 30_000,
  /** Idle keep-alive connections are closed after this time; above the 60 s that common load balancers keep. */
  idle_connection_ms_max: 75_000,
  /** Open connections per listener. Above: refused at accept. */
  connections_max: 2_048,
  /** TLS handshakes of one listener that are under way: each holds some 50 KB… */
  tls_handshakes_pending_max: 256,
  /** …and of these from one network (IPv4 /24, IPv6 /48), so that silent ones of one network leave room to others. */
  tls_handshakes_network_pending_max: 64,
  /** Handshakes of one listener that may begin in a second, on average: each costs a millisecond of the main thread, so a fifth of it… */
  tls_handshakes_per_s_max: 200,
  /** …and at once, as when all exporters come back after a restart. */
  tls_handshakes_burst_max: 800,
  /** The same from one network. */
  tls_handshakes_network_per_s_max: 50,
  tls_handshakes_network_burst_max: 400,
  /** Networks of which that is remembered. */
  tls_handshakes_networks_max: 10_000,
  /** Requests being read or processed at once. Above: 503 / UNAVAILABLE, retryable. */
  requests_in_flight_max: 512,
  /** Bytes of request bodies held in memory at once, inflated. Above: 503 / UNAVAILABLE, retryable. */
  bytes_in_flight_max: 256 * MiB,
  /** What one producer may take of the requests, bytes and reads above, lest a slow or hostile one leaves nothing to the others. */
  producer_share_max: 0.75,
  /** Requests sent ahead on one connection before the first is answered. No exporter does so; above: the connection is closed. */
  requests_ahead_max: 32,
  /** Header lines of a request. */
  header_lines_max: 100,
  /** Bodies inflated at the same time: each holds a window and a part of its output. */
  inflations_at_once_max: 4,
  /** zstd windows above it are refused, as RFC 9659 does for HTTP; 2^23 bytes. */
  zstd_window_log_max: 23,
  /** What is still read of a refused body, so that the sender sees the answer and not a reset connection… */
  refused_body_bytes_max: 1 * MiB,
  /** …and for how long. */
  refused_body_ms_max: 1_000,
  /** gRPC calls at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS). */
  grpc_streams_max: 128,
  /** gRPC messages being read at once; others wait, held back by flow control. grpc-js does not let us account their bytes as they come. */
  grpc_reads_at_once_max: 16,
  /** A gRPC connection is asked to end after this time, so that none is held for ever; exporters open another one. */
  grpc_connection_age_ms_max: 1_800_000,
  /** Memory of one HTTP/2 session in MiB, header tables and frames; Node ends sessions above it. */
  grpc_session_mib_max: 32,
  /** How long an exporter is asked to wait after a retryable refusal. */
  retry_after_s: 1,

  // --- content ---------------------------------------------------------------------------------------------------------
  /** Spans of one request. Spans above it are refused in the partial success, the others are kept. */
  spans_per_request_max: 50_000,
  /** Resource blocks and scope blocks of one request; each costs a row of bookkeeping without carrying a span. */
  groups_per_request_max: 10_000,
  /** Attribute values and texts of one request: an empty attribute takes two bytes on the wire and far more in memory. Above: refused whole. */
  values_per_request_max: 2_000_000,
  /** Events and links of one request, for the same reason. */
  events_links_per_request_max: 500_000,
  /** Attributes of one list (span, event, link, resource, scope). The rest is cut and added to the dropped count. OpenTelemetry SDKs default to 128. */
  attributes_per_list_max: 256,
  events_per_span_max: 1_024,
  links_per_span_max: 1_024,
  /** An attribute key longer than this is cut together with its value. */
  key_bytes_max: 512,
  /** A longer string is cut at a character boundary after minimization and ends in `…[cut]`. */
  value_bytes_max: 64 * KiB,
  /** Of a longer string only this much is looked at: twice what is kept, because minimizing shortens. Arrays and maps above it go as a whole. */
  value_scanned_bytes_max: 128 * KiB,
  /** What is not kept of the end of what was looked at: a secret that begins there may have been cut in the middle and not be recognised. */
  value_edge_bytes: 8 * KiB,
  /** Span names, event names, scope names and versions. */
  name_bytes_max: 1_024,
  /** W3C Trace Context asks for at least 512; 32 members of 256 fit. */
  trace_state_bytes_max: 16 * KiB,
  /** Arrays and maps inside attribute values, and JSON request nesting inside them. OTLP sets no limit. */
  value_nesting_max: 16,
  /** Elements of all levels of one array or map value. */
  value_elements_max: 4_096,
  /** Memory that what was found in one request may take, estimated: findings and arrays are objects, many times the size of their bytes. Above: refused whole. */
  findings_bytes_per_request_max: 256 * MiB,
  /** JSON request bodies nest at most this deep before values begin; deeper is refused before parsing. */
  json_nesting_max: 64,
  /**
   * A span may begin or end this far in the future (clocks differ). Later: refused as `span_time`. Requests are remembered this much longer than spans are
   * taken, since a span may have come this long before its end.
   */
  future_ms_max: 600_000,
  /**
   * Spans that ended longer ago are refused as `span_too_old` unless their producer may backfill: whoever got hold of an old export cannot send it again.
   * The window is shorter when so many requests come that they are remembered for a shorter time.
   */
  past_ms_max: 24 * 3_600_000,
} as const;
