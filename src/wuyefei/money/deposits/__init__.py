"""Deposits held and given back 押金 (product rows C4, D5, J5).

Nouns: deposit 押金 (one bill of a deposit item, with its purpose, what it rests on, who it belongs to and when it is
expected back), return 退还 (an inspection, its deductions 扣款 and what is given back), move 变动 (money that left a
deposit, or came back to it), handover 转移 (a deposit that became another person's).
States of a deposit follow from its money: unpaid → held → part given back → closed. States of a return: asked →
approved | refused.
Invariants: what is held = what was paid on the bill − what was given back or deducted, and is never negative; account
2241.1 = the deposits held and those billed and not yet paid; a deduction has a reason and a document's number or a
photograph; who asks for a return never approves it; money goes back only on the refund road, never above the payment
it came with; a deposit that has changed hands goes back by bank transfer only.
"""
