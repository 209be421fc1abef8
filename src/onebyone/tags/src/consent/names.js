/** The words of other vocabularies, in the platform's permissions. */
const GOOGLE = {
  ad_storage: "ads_storage",
  analytics_storage: "analytics",
  ad_user_data: "ads_share",
  ad_personalization: "ads_personalize",
  functionality_storage: "functional",
  personalization_storage: "personalize_site",
};
const OURS = ["sell_share", ...Object.values(GOOGLE)];
export const KINDS = {
  statistics: ["analytics"],
  marketing: ["ads_storage", "ads_share", "ads_personalize"],
  functional: ["functional", "personalize_site"],
};
const GUESSES = {
  marketing: /^ad(s|_)|market|advert|target/i,
  statistics: /analytic|statisti|perform/i,
  functional: /function|prefer|personal/i,
};

function permissionsOf(name) {
  const meant = CONFIG.consent.categories?.[name];
  const own = GOOGLE[name] || name;
  if (!meant && OURS.includes(own)) return [own];
  return KINDS[meant || Object.keys(GUESSES).find((kind) => GUESSES[kind].test(name))] || [];
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
