"""Drives 季末行动: the last days of a quarter in which everybody asks together for what is overdue (product row G2).

Nouns: drive 行动 (one community, some days, an aim), bundle (drives opened together in several communities), aim 目标 (an
amount, or the current-period rate 当期收缴率), member 参加人, household 名单户 (a payer on the list, with what was overdue on
the day the list was drawn up, and whose it is), passing 转交 (somebody's list done by another while they are away), board 日报 (where a drive stood at the end of any of its days), evaluation 评估.
States of a drive: planned (before its first day) → running → over → closed; planned → called off.
Invariants: a community has at most one open drive; the list is drawn up once, from facts, with nobody on it who must not be
asked (dispute, instalments, deferral, death, bankruptcy, erasure); list, targets and who has whom never change; a board
counts only what was booked or logged by the end of its day, so that a day shown again shows the same; nobody is contacted
by a drive: every contact is one of follow-up or of the contact log and passes the law guard.
"""
