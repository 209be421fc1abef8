/** A UUIDv7 (RFC 9562 5.7), its variant's two free bits always 0: ids made later sort later, a retry keeps its id. */
export function newId(ms) {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte + 256).toString(16).slice(1));
  const digits = ms.toString(16).padStart(12, "0") + random.join("");
  return digits.replace(/(.{8})(.{4})(...)(...)/, "$1-$2-7$3-8$4-");
}
