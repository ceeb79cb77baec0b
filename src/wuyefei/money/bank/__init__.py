"""The bank's side of collecting 银行流水 (product rows D1, D7): statements, whose money each line is, and what is not known.

Nouns: statement 银行流水 (one file as the bank gave it), line 流水行, match 匹配 (who a line seems to be from, with a score
and its reasons), claim 认领 (a person says whose it is), habit 付款习惯 (an account that paid for a household before).
States of a line: booked | waiting | part | returning → returned, rest | out (money that left the account) | deposit (our own
cash, known by its deposit slip) | settled (paid out by a channel) | fund (given for a care fund or a subsidy, or cash of the fund banked). waiting → deposit when a person finds the slip. waiting → booked by a claim,
booked → waiting when a wrong match is undone, waiting → returning → returned with a second person,
part → returning → rest: what was booked stays, the rest went back.
Invariants: a line is taken in once, however often its file comes; money that came in is either booked for a payer or stands in
待查款 (2241.7) under its line, with an owner and a deadline; what is booked for a line adds up to the line; money for another community stays in the line's bank account and is owed on 1221.1
内部往来, which over the firm is nil, until
that community pays it over (state between).
"""
