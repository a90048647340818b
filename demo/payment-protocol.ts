/** The contract between checkout and payment: `payment.proto`, loaded at run time, and its two messages as types. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface ChargeRequest {
  readonly holder: string;
  readonly card_number: string;
  readonly email: string;
  readonly cents: number;
}

export interface ChargeReply {
  readonly receipt: string;
}

export const PAYMENT = loadSync(`${import.meta.dirname}/payment.proto`, { keepCase: true })['shop.Payment'] as ServiceDefinition;
