"""Joint mediation 联合调解: households of an old community dealt with together with the street office and the residents'
committee (product row G10).

Nouns: effort 联合办理 (a purpose, a basis on paper and the partners named in it), household 参与户 (a case brought into it),
showing 提供记录 (which fields of which households were handed to whom), visit 联合走访, meeting 三方会议, work 小改造 (a small
repair with a large effect), participation index 参与指数.
States of an effort: open → closed (with its result). Of a work: planned → done.
Invariants: what a partner is shown never goes beyond the purpose, is listed before it is shown and kept as it was shown; a
payer is in one open effort at most; bringing a household in puts the lawful ground on record, taking it out or closing ends
it; a joint visit is a contact like any other and passes the law guard; a three-party meeting has the company, the street or
committee, and at least one household; visits, meetings and showings never change.
"""
