/** A UUIDv7 (RFC 9562 5.7), its variant's two free bits always 0: ids made later sort later, a retry keeps its id. */
export function newId(ms) {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte + 256).toString(16).slice(1));
  const digits = Array.from(ms.toString(16).padStart(12, "0") + random.join(""));
  return "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => digits.shift());
}
