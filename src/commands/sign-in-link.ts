/** Links that sign in once, as people open them: the secret stands in the fragment, which browsers keep to themselves, so no log and no Referer has it. */
import type { SignIn, SignInLink } from '#authenticate/sign-in';
import type { Address } from '#config';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { AdminArguments } from './admin.ts';
import { addressText, isLoopback } from './quantity.ts';

export type Scheme = 'http' | 'https';
type Links = Pick<SignIn, 'makeLink' | 'isEmpty'>;

/** What `serve` prints when nobody can sign in yet: null if somebody can, or if others than this machine would see the page. */
export function firstLink(signIn: Links, console: Address, scheme: Scheme): string | null {
  if (!isLoopback(console) || !signIn.isEmpty()) return null;
  const link = signIn.makeLink();
  return isRefusal(link) ? null : urlOf(console, link, scheme);
}

/** The answer to `tracekeep user link`, over the admin socket: whoever may open that owns the data. */
export async function answerLink(signIn: Links, console: Address, scheme: Scheme, { name }: AdminArguments): Promise<string | Refusal> {
  if (name !== undefined && typeof name !== 'string') return refuse('name_invalid');
  const link = signIn.makeLink(name);
  return isRefusal(link) ? link : urlOf(console, link, scheme);
}

function urlOf(console: Address, { kind, text }: SignInLink, scheme: Scheme): string {
  return `${scheme}://${addressText(console)}/sign-in#${kind}=${text.reveal()}`;
}
