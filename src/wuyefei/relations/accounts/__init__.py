"""Owner accounts 业主端账号: one account a mobile, across communities and organisations (product rows E4, A5).

Nouns: account (a proven mobile), one-time code 验证码, session, binding 绑定 (an account sees a property's bills of one
payer), place (a binding as its holder uses it), invitation 邀请 (of family or a tenant, revocable).
States of a code: sent → used | expired | dead after wrong tries. Of an invitation: open → accepted | revoked | expired.

Invariants: an account reads nothing but the bills, payments and receipts of the payer and properties it is bound to,
and only while the mobile still stands on that payer's record (or the invitation holds); a code is used once, for
five minutes; asking for a code tells nobody whether a person exists; every session has a token of its own, made when
the code was right, of which only a hash is kept.
"""
