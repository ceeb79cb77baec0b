"""Charge items and effective-dated prices (product rows B2, B3).

A charge item 收费项目 says what is charged and where the money belongs in the books; a tariff 收费标准 says how (by
area, fixed, fixed and area, per parking space); a tariff version is the price from a day on. Invariants: a version is
never changed once it has been used, only followed by another; a day has one price.
"""
