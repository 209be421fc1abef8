// Decodes TC strings, one a line on standard input, with the library of the IAB; prints one JSON line for each.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { TCString } = createRequire(process.argv[2] + "/")("@iabtechlabtcf/core");
const ids = (vector) => {
  const found = [];
  vector.forEach((value, id) => value && found.push(id));
  return found;
};

for await (const line of createInterface({ input: process.stdin })) {
  const tc = TCString.decode(line);
  const restrictions = [];
  for (const one of tc.publisherRestrictions.getRestrictions())
    restrictions.push([one.purposeId, one.restrictionType, tc.publisherRestrictions.getVendors(one).sort((a, b) => a - b)]);
  restrictions.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  console.log(
    JSON.stringify({
      created: tc.created.getTime(),
      updated: tc.lastUpdated.getTime(),
      numbers: [tc.cmpId, tc.cmpVersion, tc.consentScreen, tc.vendorListVersion, tc.policyVersion].map(Number),
      letters: [tc.consentLanguage, tc.publisherCountryCode],
      flags: [tc.isServiceSpecific, tc.useNonStandardTexts, tc.purposeOneTreatment],
      features: ids(tc.specialFeatureOptins),
      purposes: [ids(tc.purposeConsents), ids(tc.purposeLegitimateInterests)],
      vendors: [ids(tc.vendorConsents), ids(tc.vendorLegitimateInterests), ids(tc.vendorsDisclosed)],
      publisher: [ids(tc.publisherConsents), ids(tc.publisherLegitimateInterests)],
      custom: [tc.numCustomPurposes, ids(tc.publisherCustomConsents), ids(tc.publisherCustomLegitimateInterests)],
      restrictions,
    }),
  );
}
