import { callbackLimits } from "../../contract/callbacks.ts";

const unknownIssuer = "its certificate is of no authority that is known here";

/** By Node.js' codes; what is not among them is told by its code alone. */
const certificateWords = new Map([
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is of another host"],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["CERT_NOT_YET_VALID", "its certificate is not valid yet"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is signed by itself"],
  ["SELF_SIGNED_CERT_IN_CHAIN", unknownIssuer],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", unknownIssuer],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownIssuer],
]);

/** Why a request failed, without what the other side has sent. */
export function describeFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message.slice(0, callbackLimits.reasonLength);
  const words = certificateWords.get(code);
  return words === undefined ? code : `${words} (${code})`;
}
