"""Watch 督办: grades whose minimum of contacts was missed, why, and who has answered for it (product row G3).

Nouns: watched 在看 (a case with a grade that has a minimum, and the day from which it is asked for), miss 漏联系 (the stretch
in which a case had fewer contacts than its grade asks for), why 原因, escalation 升级 (to the manager), answer 说明.
States of a miss: open → escalated → answered → closed (met, the case closed, or the days begin anew).
Invariants: a case has at most one open miss; what the law or an agreement forbids is explained by itself and never
escalated; no more is asked for than the law guard permits; an answer is never changed; the figures of the minimum stand in follow-up alone.
"""
