"""Who may do what, where.

Nouns: organisation 企业, region 区域, community 小区 (the tree of places); user; role grant (a role in a place, for a
time); actor (a user with the rights of this moment). States of a user: active, locked for a while, ended.

Invariants: a user belongs to one organisation; every right is a permission in a place; a thing outside one's places
is "not found", never "forbidden"; the second factor is mandatory for the roles that move or approve money.
"""
