/** The words of other vocabularies, in the platform's permissions. */
const STATISTICS = ["analytics"];
const MARKETING = ["ads_storage", "ads_share", "ads_personalize"];
const FUNCTIONAL = ["functional", "personalize_site"];

const GOOGLE = {
  ad_storage: "ads_storage",
  analytics_storage: "analytics",
  ad_user_data: "ads_share",
  ad_personalization: "ads_personalize",
  functionality_storage: "functional",
  personalization_storage: "personalize_site",
};
export const KINDS = { statistics: STATISTICS, marketing: MARKETING, functional: FUNCTIONAL };
const GUESSES = [
  [/^ad(s|_)|market|advert|target/i, MARKETING],
  [/analytic|statisti|perform/i, STATISTICS],
  [/function|prefer|personal/i, FUNCTIONAL],
];
const OURS = /^(functional|personalize_site|analytics|ads_\w+|sell_share)$/;

function permissionsOf(name) {
  const meant = CONFIG.consent.categories?.[name];
  if (meant) return KINDS[meant] || [];
  const own = GOOGLE[name] || name;
  return OURS.test(own) ? [own] : GUESSES.find((each) => each[0].test(name))?.[1] || [];
}

/** What a platform says of its categories or services, as permissions. Of two that mean the same the denied one counts. */
export function permissions(states) {
  const said = {};
  Object.keys(states || {}).forEach((name) => {
    const state = [true, "granted"].includes(states[name]) ? "granted" : "denied";
    permissionsOf(name).forEach((each) => said[each] === "denied" || (said[each] = state));
  });
  return said;
}
