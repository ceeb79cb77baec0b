"""Persons and companies: owners, occupants and payers (product rows A3, A5).

Identity, bank and mobile numbers are locked under a key of the person's own and found by their fingerprint; they are
shown masked, and unmasking leaves a reader and a purpose. Erasing a person destroys the key; the books stay whole.
"""
