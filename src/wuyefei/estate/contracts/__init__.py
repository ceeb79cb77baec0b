"""Service contracts 物业服务合同 and what they charge on which property (product row B1).

A contract gives the cycle (1–12 months), the due day, the late-fee clause, the order of allocation, the proration
convention and the dispute path; a contract line charges one tariff on one property from a day to a day. States:
draft → active → ended. Invariants: no late fee without a clause; the lines of one tariff on one property do not
overlap; an "arbitration or court" clause is refused; what a published bill was computed from is frozen on the bill.
"""
