"""onebyone: a tracking-pixel platform that you host yourself. Every conversion is counted one by one, once."""

__version__ = "0.1.0"
