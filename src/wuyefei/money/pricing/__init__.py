"""New prices agreed by two people 新价格 (product rows B3, B5, D8).

Nouns: proposal 新价格申请 (a price of a tariff from a day on that has not been billed), its preview 影响 (the contracts, lines
and properties that pay by the tariff, what a month costs them before and after). States of a proposal: draft → asked → done;
draft → discarded; asked → refused.
Invariants, kept by the database: who agrees is not who asked; what was previewed and asked for is not changed. Kept by the
actions: the price holds on no day before a second person has agreed; a price whose first day has been billed meanwhile is
never entered so, but may be asked for anew as a correction of what was billed (the room of corrections).
Direct entry is left to a community being set up, before anything of it is billed (``tariffs.public.add_version``): opening
data has no price before it, and the first run, which a second person publishes, shows every price.
"""
