/** A UUIDv7 (RFC 9562 5.7), its variant's two free bits always 0: ids made later sort later, a retry keeps its id. */
export function newId(ms) {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => (byte + 256).toString(16).slice(1));
  const hex = ms.toString(16).padStart(12, "0") + 7 + bytes.join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{3})(.{12}).*/, "$1-$2-$3-8$4-$5");
}
