"""What the platform says by itself: alarms, and reports that are sent on a schedule.

Owns:  when an alarm is raised and cleared, when an export is due, and the one way out by e-mail and webhook.
Takes: reports, what is known of deliveries, rules and schedules from the state, a clock.
Gives: e-mails, signed webhooks, files, and a line of history for each.
Never: a person's data; a second message about what was told already; an alarm where nothing can be said honestly.
"""
