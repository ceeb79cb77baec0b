"""Direct debit 银行代扣 (product row D1): the payer agrees once, and the bank takes what is due, by file out 报盘 and file back 回盘.

Nouns: terms 代扣设置 (what a community agreed with its bank: numbers, the shape of the files, how often to try), mandate 签约
(a payer lets one account be debited, perhaps up to a limit), batch 批次 (one file to the bank), item 扣款 (one payer in it),
answer 回盘 (the bank's file, row by row), settlement 到账 (the bank line by which the money of a batch came).
States of a batch: draft → sent | undone. States of an item: waiting → paid | partial | failed | exception | given_up | undone;
given_up → paid | partial | failed | exception (the bank answered after all); exception → paid (a person books it).
Invariants: a bill waits in one item at most; an item is answered once, and the same answer again changes nothing; what the bank
took is booked for the payer or stands in 代扣待查款 (2241.6) under its item; money taken and not yet in our account is 1012.1.
The number of an account is sealed, and leaves only in the file to the bank.
"""
