import { isIP } from "node:net";
import { callbackLimits } from "../../contract/callbacks.ts";
import type { AddressRules } from "./address-rules.ts";

/** The host of an address: a name, or an IP address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Whether it goes where anybody may have something sent to: by HTTPS, on its port. */
export function isPlain({ protocol, port }: URL): boolean {
  return protocol === "https:" && port === "";
}

/**
 * Says what is wrong with a callback's address, in words that follow "the callback_url"; `undefined`
 * if nothing is as far as can be told without resolving it. What it resolves to is judged when it is
 * called.
 */
export function findUrlProblem(text: string, rules: AddressRules): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > callbackLimits.urlBytes) {
    return `has ${bytes} bytes, expected ${callbackLimits.urlBytes} at most`;
  }
  const url = URL.parse(text);
  if (url === null) return 'is no address, expected one such as "https://example.com/jobs"';
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return `begins with "${url.protocol}", expected "https:"`;
  }
  if (url.username !== "" || url.password !== "") {
    return "has a user or a password in it, expected none: the signature says who calls";
  }
  if (url.hash !== "") return `has the fragment "${url.hash}", expected none`;
  const host = hostOf(url);
  const isAddress = isIP(host) !== 0;
  if (isAddress && !rules.isOpen(host)) {
    return `leads to "${host}", which is no address of the public internet, and not allowed`;
  }
  if (isPlain(url)) return undefined;
  // A name may resolve to what is allowed.
  const mayBeListed = isAddress
    ? rules.isListed(host)
    : rules.isListedName(host) || rules.listsAddresses;
  return mayBeListed ? undefined : "goes elsewhere than to port 443 by HTTPS, which is not allowed";
}
