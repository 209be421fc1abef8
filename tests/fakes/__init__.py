"""One fake per Protocol, and examples of the nouns."""
