"""Buildings, entrances and properties: what fees are charged on (product row A1).

A property is a flat, shop, office, parking space or storage room of a community, known by its code (3-2-1201).
A parking space may be attached to the flat whose household uses it. Invariants: a code is unique within its
community while the property has not ended; areas are positive; nothing is deleted, only ended.
"""
