"""Local counterparts of WeChat Pay, Alipay and an invoice provider: loopback servers that sign and verify with real keys, and on command
delay, repeat, drop and lie. The tests stand on them; in the demo they are the sandbox channels and their wallet.

Nouns: counterpart 对端, trade (an order as the provider has it), lie (what one message says wrongly), wallet 模拟钱包.
Invariants: no money moves; the room is installed, served and answered by channels only in demo mode; servers listen on
the loopback address alone.
"""
