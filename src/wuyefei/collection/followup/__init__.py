"""Follow-up of overdue bills 催缴: who is contacted next, why now, by which way, and what was agreed (product rows G2–G5).

Nouns: case 案件 (the overdue debt of one payer while it lasts), grade 级 (S/A/B/C, the debt; not the class of behaviour),
policy 节奏 (the cadence of a place and track from a day on, in versions), rung 台阶 (a line of it), next step 下一步, step 步骤
(the next step of a case drafted for a day), first call 首次跟进 (about a bill that is not due yet, some days after its notice
arrived), handover 分派 (cases given to somebody at once), act 经过 (a contact logged in a case), promise 承诺, green lane
绿色通道 (granted to a payer in difficulty, grade C), script 话术 (what to say, by age of the debt, in versions).
States of a case: open → closed (nothing overdue is left). Of a step: draft → released (a planned contact) → done, or refused by
the guard, or dropped; of a first call likewise. Of a promise: open → kept | broken | replaced.
Invariants: a payer has at most one open case; amounts, grade, rung and next step are worked out from facts and never typed
in; every planned step passes the law guard; an act is logged once however often it is sent; of two people at one case the
second is told first what the other has done; a promise, once kept or broken, stays so; a policy is tried on history
before it is used and never rewrites the past; a payer has at most one live step and one a day, however often they are drafted.
"""
