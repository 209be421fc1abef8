"""Containers: a site's tags, triggers and variables as one document, checked and compiled to one file."""
