"""Internal control of money 内控检查 (product rows D7, D8): what is looked at by sample, by month and by quarter, and by whom.

Nouns: draw 每周抽查 (the desk payments of one community and week that a seed picks), item 抽中的收款, check 核对 (the payment
beside its signed slip); stub check 存根核对 (a month's receipts against their paper stubs); control point 控制点 (of five kinds,
with owner, standard and frequency) and its tests 测试; mismatch 异常 (what a check, stub check or test found); pack 审计包 (a
quarter's proofs as one ZIP).
States of a mismatch: open → closed, with what was found out.
Invariants: the seed of a draw is made of the organisation and the week, so anybody can draw again and finds the same payments;
whoever took a payment does not check it; whoever owns a control point does not test it; whoever opened a mismatch, or whom it
concerns, does not close it: all four are refused by the database. Checks, stub checks, tests and packs are append-only. A pack
is made of facts alone: the same facts give the same bytes.
"""
