/** A function of the container's own, compiled into its file; `false` or a promise of it says that it failed. */
TEMPLATES.custom = ({ code }, api) => api.code(code);
