"""What a segment says of people: a rule over what they did, as text and as a condition of the store.

Owns:  the rule's nouns, its text form (read and written), and the SQL it becomes.
Takes: a text, or the nouns.
Gives: one condition on `visitor` for every report, and the places of the reports about a rule itself.
Never: something typed as part of SQL; a rule that one part of it is left out of.
"""
