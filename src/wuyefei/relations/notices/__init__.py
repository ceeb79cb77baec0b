"""Notices 通知: what is sent to many people at once, and proof that it arrived (product rows E1, G2).

Nouns: template (of a step and channel, in versions that a second person approves), batch (a step for one community
and due date), target (one household in it: a property and its payer), message (what goes out, to one address on one
channel, perhaps for several households), receipt (what the carrier says became of it), carrier (a channel's settings),
address (where a person is reached besides the mobile number on record).
States of a batch: planning → sending → done; stopped in between and resumed. A message: queued → sending → sent →
delivered | read | bounced; unsure where nobody knows; dropped where the guard turned it away at the last moment.
Invariants: one message an address, step and channel, ever; a message is written before it is sent, and one that may
have gone out is never sent again; every message passes the law guard twice, when planned and when sent, and stands in
the contact log; only an approved version is sent; a number shared by two owners gets one message.
"""
