/** An event for the site's own collector, under the id that the vendors' tags of the same message carry. */
TEMPLATES.own_event = ({ name, ...given }, api) => api.own(name, given.parameters || {});
