/** A UUIDv7 (RFC 9562 5.7): ids made later sort later, and a retry keeps its id for ever. */
export function newId(ms) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = (bytes[6] & 15) | 112; // version 7
  bytes[8] = (bytes[8] & 63) | 128; // variant
  const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
