"""What an e-mail carries so that its opens and clicks can be told: signed addresses, and a message that holds them.

Owns:  tokens and their keys, what may be a link's target, the rewriting of HTML and of whole messages, the headers.
Takes: HTML or a message, keys, addresses.
Gives: the same bytes with the addresses in them, and a list of what was left alone and why.
Never: I/O, a clock, randomness; a name, an e-mail address or a target inside a token.
"""
