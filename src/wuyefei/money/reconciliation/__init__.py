"""Three-way reconciliation of the payment channels, day by day (product row D7): our orders, the provider's bill file, and what
the provider paid into the bank, with its fees and a day or more later.

An acquirer's settlement file 刷卡清算文件 is brought by a person and stands beside them: its rows are the card payments of the desk,
known by terminal and reference.

Nouns: channel day 对账日 (one merchant account, one China day, one bill file), bill row 账单行 (a payment or refund as the
provider has it), fee 手续费 (booked to 6603 when the file comes), settlement 结算 (payments less refunds less fees, as one
bank line), difference 差异 (kind, amount, owner, deadline).
States of a difference: open → closed, with a reason; or asked → closed by a second person where its amount is written off.
Invariants: a bill file is taken in once a day and never changed; every row of it is one of our orders or refunds of the same
sum, or under a difference; every paid order of a day that has a file stands in a file or under a difference; fees booked are the
fees of the files; a settlement is one bank line, which may pay days that follow one another. A row of an acquirer that comes again
is passed over; told otherwise, it stays and becomes a difference.
"""
