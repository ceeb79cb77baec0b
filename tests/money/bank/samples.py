"""Bank files as they come. People and accounts are invented."""

from __future__ import annotations

OURS = "3300160099000012345"


def mt940(moves: str, closing: str, opening: str = "1000,00") -> bytes:
    return f":20:STMT1\r\n:25:{OURS}\r\n:28C:1/1\r\n:60F:C260201CNY{opening}\r\n{moves}:62F:C260228CNY{closing}\r\n-".encode()


MT940 = mt940(
    ":61:2602100210C250,00NTRFNONREF//B0001\r\n:86:?20物业费?21 1-1-101?31620000000001?32陆小满\r\n"
    ":61:260211D30,00NCHGNONREF//B0002\r\n:86:手续费\r\n", "1220,00",
)  # fmt: skip

_ENTRY = """<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-02-10</Dt></ValDt>
<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>620000000001</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
_BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'


def camt(entries: str, closing: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        f"<Acct><Id><Othr><Id>{OURS}</Id></Othr></Id></Acct>{_BALANCE.format(code='OPBD', amount='1000.00')}"
        f"{_BALANCE.format(code='CLBD', amount=closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


CAMT = camt(
    _ENTRY.format(amount="250.00", side="CRDT", ref="B0001", name="陆小满", memo="1-1-101 物业费")
    + _ENTRY.format(amount="30.00", side="DBIT", ref="B0002", name="", memo="手续费"), "1220.00",
)  # fmt: skip

HEAD = "交易日期,交易流水号,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,附言\n"
ROWS = (
    "2026-02-10,B0001,,250.00,1250.00,陆小满,620000000001,转账,1-1-101 物业费\n",
    "2026-02-10,B0002,,223.88,1473.88,周某,620000000002,转账,\n",
    "2026-02-11,B0003,30.00,,1443.88,,,手续费,\n",
    "2026-02-12,B0004,,100.00,1543.88,沈秋白,620000000003,转账,物业费\n",
)


def sheet(*rows: str, head: str = HEAD) -> bytes:
    return (f"账号：{OURS},,,,,,,,\n" + head + "".join(rows or ROWS) + "合计,,30.00,573.88,,,,,\n").encode("gb18030")
